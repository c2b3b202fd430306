//! Measurement of a block's execution time, next to plain revm.
//!
//! Native code and wasm share this loop; each has its own clock.

use crate::{compare::difference, reference, thread_time::ThreadTime};
use parevm::{
    Block, BlockAccessList, BlockOutcome, Engine, ExecuteError, ExecuteOptions, Executor,
    MemoryState,
    execute::{AccessListOutput, Sequential},
    vm::Environment,
};
use std::hint::black_box;

/// Options of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct SamplingOptions {
    /// Number of samples of each time; the result is their median.
    pub samples: usize,
    /// Minimum duration of a sample, in milliseconds: the work is repeated until it takes this long.
    pub sample_ms: f64,
    /// Clock, in milliseconds.
    pub now: fn() -> f64,
    /// Whether executions with a timeline are measured, too.
    pub timeline: bool,
}

/// Measurement of one block. Times are in milliseconds, from decoded block and state to results in block order and
/// the state after the block.
#[derive(Debug)]
pub struct BlockMeasurement {
    /// Reference loop: plain revm over an in-memory database.
    pub plain_ms: f64,
    /// Sequential executor.
    pub sequential_ms: f64,
    /// Slowest transaction in the reference loop, at its fastest: a lower bound of any parallel execution.
    pub longest_ms: f64,
    /// Measurement on each engine, in their order.
    pub on: Vec<EngineMeasurement>,
}

/// Measurement of one block on one engine.
#[derive(Debug)]
pub struct EngineMeasurement {
    /// Requested executor.
    pub parallel_ms: f64,
    /// Execution by the block's access list; `None` if the list cannot express the block.
    pub bal_ms: Option<f64>,
    /// Requested executor with a timeline, if that was requested.
    pub timeline_ms: Option<f64>,
    /// Time of the threads in one of the executions with a timeline.
    pub thread_time: Option<ThreadTime>,
    /// Outcome of the requested executor.
    pub outcome: BlockOutcome,
    /// First difference of any outcome to that of the sequential executor, in words.
    pub difference: Option<String>,
}

/// Measures `block` with `executor` on each of `engines`, and by its access list, in turns. If `executor` is
/// [`Executor::Bal`], it uses the list `given`, if any; all other executions by list use a valid one.
///
/// # Errors
///
/// As [`Engine::execute`].
pub fn measure(
    engines: &[&Engine],
    executor: Executor,
    given: Option<&BlockAccessList>,
    block: &Block,
    state: &MemoryState,
    timing: &SamplingOptions,
) -> Result<BlockMeasurement, ExecuteError> {
    let environment = &Environment::new(block);
    let sequential_options = with(Executor::Sequential);
    let list_options = ExecuteOptions {
        access_list_output: AccessListOutput::Returned,
        ..sequential_options
    };
    let output = Sequential::new(block, environment, state, &list_options)?.run("asked for")?;
    let mut expected = output.into_outcome(environment)?;
    let list = expected.block_access_list.take();
    let wanted = ExecuteOptions {
        access_list: given
            .or(list.as_ref())
            .filter(|_| executor == Executor::Bal),
        ..with(executor)
    };

    let now = timing.now;
    let clock = move || (now() * 1e6) as u64;
    let recorded = ExecuteOptions {
        timeline: Some(&clock),
        ..wanted
    };
    let mut plain = Series::new(timing, || {
        black_box(reference::run(block, state)?);
        Ok(())
    })?;
    let mut sequential = Series::new(timing, || {
        let run = Sequential::new(block, environment, state, &sequential_options)?;
        black_box(run.run("asked for")?);
        Ok(())
    })?;
    let mut series_of_engines = Vec::with_capacity(engines.len());
    for engine in engines {
        let run_with = |options: ExecuteOptions<'_>| {
            let outcome = engine.execute(block, state, &options)?;
            let difference = difference(&outcome, &expected);
            Ok::<_, ExecuteError>((outcome, difference))
        };
        let series_with = |options| {
            Series::new(timing, move || {
                black_box(engine.run(block, environment, state, &options)?);
                Ok(())
            })
        };
        let (outcome, mut difference) = run_with(wanted)?;
        let parallel = series_with(wanted)?;
        let bal_options = ExecuteOptions {
            access_list: list.as_ref(),
            ..with(Executor::Bal)
        };
        let (bal_outcome, bal_difference) = run_with(bal_options)?;
        difference = difference.or(bal_difference);
        let is_bal = bal_outcome.report.executor == Executor::Bal;
        let with_timeline = timing.timeline.then(|| series_with(recorded));
        let thread_time = || ThreadTime::on(engine, block, environment, state, &recorded, now);
        series_of_engines.push(EngineSeries {
            parallel,
            bal: is_bal.then(|| series_with(bal_options)).transpose()?,
            timeline: with_timeline.transpose()?,
            thread_time: timing.timeline.then(thread_time).transpose()?,
            outcome,
            difference,
        });
    }
    drop(expected);
    for _ in 0..timing.samples.max(1) {
        plain.sample()?;
        sequential.sample()?;
        for series in &mut series_of_engines {
            series.parallel.sample()?;
            for other in [&mut series.bal, &mut series.timeline]
                .into_iter()
                .flatten()
            {
                other.sample()?;
            }
        }
    }
    Ok(BlockMeasurement {
        plain_ms: plain.median(),
        sequential_ms: sequential.median(),
        longest_ms: longest(block, state, timing)?,
        on: series_of_engines
            .into_iter()
            .map(EngineSeries::finish)
            .collect(),
    })
}

/// Series of one engine, with its outcome.
struct EngineSeries<'a> {
    parallel: Series<'a>,
    bal: Option<Series<'a>>,
    timeline: Option<Series<'a>>,
    thread_time: Option<ThreadTime>,
    outcome: BlockOutcome,
    difference: Option<String>,
}

impl EngineSeries<'_> {
    fn finish(self) -> EngineMeasurement {
        EngineMeasurement {
            parallel_ms: self.parallel.median(),
            bal_ms: self.bal.map(Series::median),
            timeline_ms: self.timeline.map(Series::median),
            thread_time: self.thread_time,
            outcome: self.outcome,
            difference: self.difference,
        }
    }
}

fn with(executor: Executor) -> ExecuteOptions<'static> {
    ExecuteOptions {
        executor,
        ..Default::default()
    }
}

/// Returns the time of the slowest transaction, each at its fastest.
fn longest(
    block: &Block,
    state: &MemoryState,
    timing: &SamplingOptions,
) -> Result<f64, ExecuteError> {
    let mut fastest = vec![f64::INFINITY; block.transactions.len()];
    for _ in 0..timing.samples.max(1) {
        let mut start = (timing.now)();
        reference::run_observed(block, state, |index| {
            let end = (timing.now)();
            if let Some(fastest) = fastest.get_mut(index) {
                *fastest = fastest.min(end - start);
            }
            start = (timing.now)();
        })?;
    }
    Ok(fastest.into_iter().fold(0.0, f64::max))
}

/// Measured work, with its samples.
struct Series<'a> {
    work: Box<dyn FnMut() -> Result<(), ExecuteError> + 'a>,
    now: fn() -> f64,
    repetitions: u32,
    /// Milliseconds of one repetition, for each sample.
    samples: Vec<f64>,
}

impl<'a> Series<'a> {
    /// Runs `work` once to warm up, and once to compute the repetitions of a sample.
    fn new(
        timing: &SamplingOptions,
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

/// Returns the median: the mean of the two middle values if their number is even, NaN if there are none.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.as_slice() {
        [] => f64::NAN,
        values if values.len() % 2 == 1 => values[middle],
        values => f64::midpoint(values[middle - 1], values[middle]),
    }
}
