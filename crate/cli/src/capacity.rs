//! What several threads of this machine do at most.
//!
//! Cores share memory, caches and sometimes more, so that two threads seldom do twice the work of
//! one. Plain loops that have nothing to do with each other show how much they do.

use parevm::{Block, ExecuteError, MemoryState};
use parevm_testkit::{
    baseline,
    measure::{Timing, median},
};
use std::{hint::black_box, panic::resume_unwind, thread};

/// How many plain loops `count` threads run side by side in the time of one alone: the median.
///
/// # Errors
///
/// As [`baseline::run`].
pub(crate) fn capacity(
    block: &Block,
    state: &MemoryState,
    count: usize,
    timing: &Timing,
) -> Result<f64, ExecuteError> {
    if count < 2 {
        return Ok(1.0);
    }
    let repeat =
        |times: u32| (0..times).try_for_each(|_| black_box(baseline::run(block, state)).map(drop));
    let timed = |times: u32| {
        let start = (timing.now)();
        repeat(times)?;
        Ok::<_, ExecuteError>((timing.now)() - start)
    };
    timed(1)?;
    let times = (timing.sample_ms / timed(1)?.max(1e-4))
        .ceil()
        .clamp(1.0, 1e6) as u32;
    let mut ratios = Vec::with_capacity(timing.samples);
    for _ in 0..timing.samples.max(1) {
        let alone = timed(times)?;
        let start = (timing.now)();
        thread::scope(|scope| {
            let others: Vec<_> = (1..count).map(|_| scope.spawn(|| repeat(times))).collect();
            repeat(times)?;
            others
                .into_iter()
                .try_for_each(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })?;
        let together = (timing.now)() - start;
        ratios.push(count as f64 * alone / together);
    }
    Ok(median(ratios))
}
