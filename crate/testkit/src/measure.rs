//! Measures how long a block takes, beside plain revm.
//!
//! Native code and wasm measure with this one loop; each brings its clock.

use crate::{baseline, compare::difference};
use parevm::{
    Block, BlockAccessList, BlockOutcome, Engine, ExecuteError, ExecuteOptions, Executor,
    MemoryState, vm::Environment,
};
use std::hint::black_box;

/// How to measure.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Samples of each figure; the median counts.
    pub samples: usize,
    /// A sample is repeated until it takes so many milliseconds.
    pub sample_ms: f64,
    /// Returns milliseconds since some moment.
    pub now: fn() -> f64,
}

/// What was measured of one block. Times are milliseconds from decoded block and state to ordered
/// results and merged state.
#[derive(Debug)]
pub struct Measured {
    /// Plain revm, one loop over an in-memory database.
    pub plain_ms: f64,
    /// Our own sequential execution.
    pub sequential_ms: f64,
    /// The slowest transaction of the plain loop, at its fastest: no schedule takes less.
    pub longest_ms: f64,
    /// The same block on each engine, in their order.
    pub on: Vec<OnEngine>,
}

/// What was measured on one engine.
#[derive(Debug)]
pub struct OnEngine {
    /// The executor that was asked for.
    pub parallel_ms: f64,
    /// What it returned.
    pub outcome: BlockOutcome,
    /// The first difference to sequential execution, in words.
    pub difference: Option<String>,
}

/// Times `block` with `executor` on each of `engines`, all in turn. [`Executor::Bal`] runs by `list`.
///
/// # Errors
///
/// As [`Engine::execute`].
pub fn measure(
    engines: &[&Engine],
    executor: Executor,
    list: Option<&BlockAccessList>,
    block: &Block,
    state: &MemoryState,
    timing: &Timing,
) -> Result<Measured, ExecuteError> {
    let wanted = ExecuteOptions {
        access_list: list.filter(|_| executor == Executor::Bal),
        ..with(executor)
    };
    let in_order = with(Executor::Sequential);
    let environment = Environment::new(block);
    let mut series = vec![Series::new(timing, || {
        black_box(baseline::run(block, state)?);
        Ok(())
    })?];
    let mut on = Vec::with_capacity(engines.len());
    let mut specification = None;
    for engine in engines {
        if specification.is_none() {
            specification = Some(engine.execute(block, state, &in_order)?);
            series.push(Series::new(timing, || {
                black_box(engine.run(block, &environment, state, &in_order)?);
                Ok(())
            })?);
        }
        let outcome = engine.execute(block, state, &wanted)?;
        on.push(OnEngine {
            parallel_ms: f64::NAN,
            difference: specification
                .as_ref()
                .and_then(|specification| difference(&outcome, specification)),
            outcome,
        });
        series.push(Series::new(timing, || {
            black_box(engine.run(block, &environment, state, &wanted)?);
            Ok(())
        })?);
    }
    drop(specification);
    for _ in 0..timing.samples.max(1) {
        for one in &mut series {
            one.sample()?;
        }
    }
    let mut medians = series.into_iter().map(Series::median);
    let mut next = || medians.next().unwrap_or(f64::NAN);
    let (plain_ms, sequential_ms) = (next(), next());
    for one in &mut on {
        one.parallel_ms = next();
    }
    Ok(Measured {
        plain_ms,
        sequential_ms,
        longest_ms: longest(block, state, timing)?,
        on,
    })
}

fn with(executor: Executor) -> ExecuteOptions<'static> {
    ExecuteOptions {
        executor,
        ..Default::default()
    }
}

/// The time of the slowest transaction, of which the fastest run counts.
fn longest(block: &Block, state: &MemoryState, timing: &Timing) -> Result<f64, ExecuteError> {
    let mut fastest = vec![f64::INFINITY; block.transactions.len()];
    for _ in 0..timing.samples.max(1) {
        let mut start = (timing.now)();
        baseline::run_observed(block, state, |index| {
            let end = (timing.now)();
            if let Some(fastest) = fastest.get_mut(index) {
                *fastest = fastest.min(end - start);
            }
            start = (timing.now)();
        })?;
    }
    Ok(fastest.into_iter().fold(0.0, f64::max))
}

/// Work that is measured, with its samples.
struct Series<'a> {
    work: Box<dyn FnMut() -> Result<(), ExecuteError> + 'a>,
    now: fn() -> f64,
    repetitions: u32,
    /// Milliseconds of one repetition, one per sample.
    samples: Vec<f64>,
}

impl<'a> Series<'a> {
    /// Runs `work` once to warm up, once to see how often it fits into a sample.
    fn new(
        timing: &Timing,
        mut work: impl FnMut() -> Result<(), ExecuteError> + 'a,
    ) -> Result<Self, ExecuteError> {
        work()?;
        let start = (timing.now)();
        work()?;
        let once = ((timing.now)() - start).max(1e-4);
        Ok(Self {
            work: Box::new(work),
            now: timing.now,
            repetitions: (timing.sample_ms / once).ceil().clamp(1.0, 1e6) as u32,
            samples: Vec::new(),
        })
    }

    fn sample(&mut self) -> Result<(), ExecuteError> {
        let start = (self.now)();
        for _ in 0..self.repetitions {
            (self.work)()?;
        }
        let elapsed = (self.now)() - start;
        self.samples.push(elapsed / f64::from(self.repetitions));
        Ok(())
    }

    fn median(self) -> f64 {
        median(self.samples)
    }
}

/// The value in the middle; the mean of the two in the middle where there are two.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.as_slice() {
        [] => f64::NAN,
        values if values.len() % 2 == 1 => values[middle],
        values => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use crate::workload;
    use std::cell::Cell;

    #[test]
    fn the_median_is_the_value_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }

    thread_local! {
        static READ: Cell<u32> = const { Cell::new(0) };
    }

    /// A clock on which a millisecond passes between any two looks.
    fn ticking() -> f64 {
        READ.set(READ.get() + 1);
        f64::from(READ.get())
    }

    #[test]
    fn a_sample_is_the_time_of_one_repetition() {
        let (block, state) = workload::transfers(3);
        let engine = Engine::new(2).unwrap();
        let timing = Timing {
            samples: 3,
            sample_ms: 4.0,
            now: ticking,
        };
        let engines = [&engine, &engine];
        let measured = measure(&engines, Executor::Auto, None, &block, &state, &timing).unwrap();
        // A run takes 1 ms of this clock, so 4 fit into a sample; those take 1 ms together.
        assert_eq!(measured.plain_ms, 0.25);
        assert_eq!(measured.sequential_ms, 0.25);
        assert_eq!(measured.longest_ms, 1.0);
        assert_eq!(measured.on.len(), 2);
        for on in measured.on {
            assert_eq!(on.parallel_ms, 0.25);
            assert_eq!(on.outcome.gas_used, 63_000);
            assert_eq!(on.difference, None);
        }
    }
}
