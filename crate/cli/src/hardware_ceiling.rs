//! Hardware ceiling: throughput of independent reference loops on several threads, over one.
//!
//! Cores share memory, caches and sometimes more, so two threads seldom do twice the work of one.

use parevm::{Block, ExecuteError, MemoryState};
use parevm_testkit::{
    measurement::{SamplingOptions, median},
    reference,
};
use std::{hint::black_box, panic::resume_unwind, thread};

/// Returns the throughput of `count` reference loops on as many threads, over that of one: the median of the samples.
///
/// # Errors
///
/// As [`reference::run`].
pub(crate) fn hardware_ceiling(
    block: &Block,
    state: &MemoryState,
    count: usize,
    timing: &SamplingOptions,
) -> Result<f64, ExecuteError> {
    if count < 2 {
        return Ok(1.0);
    }
    let repeat =
        |times: u32| (0..times).try_for_each(|_| black_box(reference::run(block, state)).map(drop));
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
