//! Measures how long a block takes, beside plain revm.
//!
//! Native code and wasm measure with this one loop; each brings its clock.

use crate::{baseline, compare::difference, spent::Spent};
use parevm::{
    Block, BlockAccessList, BlockOutcome, Engine, ExecuteError, ExecuteOptions, Executor,
    MemoryState,
    execute::{AccessListOutput, Sequential, finish},
    vm::Environment,
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
    /// Whether runs with a timeline are measured, too.
    pub timeline: bool,
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
    /// By the block's access list, which was at hand; `None` where the block cannot be run by one.
    pub bal_ms: Option<f64>,
    /// The executor that was asked for, with a timeline, where that was asked for.
    pub timeline_ms: Option<f64>,
    /// Where the threads' time went in one of these runs.
    pub spent: Option<Spent>,
    /// What the executor returned that was asked for.
    pub outcome: BlockOutcome,
    /// The first difference of either to sequential execution, in words.
    pub difference: Option<String>,
}

/// Times `block` with `executor` on each of `engines`, and by its access list, all in turn.
/// [`Executor::Bal`], where asked for, runs by `given` if there is one; all other runs by list have
/// a right one.
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
    timing: &Timing,
) -> Result<Measured, ExecuteError> {
    let environment = &Environment::new(block);
    let in_order = with(Executor::Sequential);
    let listing = ExecuteOptions {
        access_list_output: AccessListOutput::Returned,
        ..in_order
    };
    let listed = Sequential::new(block, environment, state, &listing)?.run("asked for")?;
    let mut specification = finish(environment, listed)?;
    let list = specification.block_access_list.take();
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
        black_box(baseline::run(block, state)?);
        Ok(())
    })?;
    let mut sequential = Series::new(timing, || {
        let run = Sequential::new(block, environment, state, &in_order)?;
        black_box(run.run("asked for")?);
        Ok(())
    })?;
    let mut pairs = Vec::with_capacity(engines.len());
    for engine in engines {
        let run_with = |options: ExecuteOptions<'_>| {
            let outcome = engine.execute(block, state, &options)?;
            let difference = difference(&outcome, &specification);
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
        let by_list = ExecuteOptions {
            access_list: list.as_ref(),
            ..with(Executor::Bal)
        };
        let (other, other_difference) = run_with(by_list)?;
        difference = difference.or(other_difference);
        let is_by_list = other.report.executor == Executor::Bal;
        let with_timeline = timing.timeline.then(|| series_with(recorded));
        let spent = || Spent::on(engine, block, environment, state, &recorded, now);
        pairs.push(Pair {
            parallel,
            bal: is_by_list.then(|| series_with(by_list)).transpose()?,
            timeline: with_timeline.transpose()?,
            spent: timing.timeline.then(spent).transpose()?,
            outcome,
            difference,
        });
    }
    drop(specification);
    for _ in 0..timing.samples.max(1) {
        plain.sample()?;
        sequential.sample()?;
        for pair in &mut pairs {
            pair.parallel.sample()?;
            for other in [&mut pair.bal, &mut pair.timeline].into_iter().flatten() {
                other.sample()?;
            }
        }
    }
    Ok(Measured {
        plain_ms: plain.median(),
        sequential_ms: sequential.median(),
        longest_ms: longest(block, state, timing)?,
        on: pairs.into_iter().map(Pair::finish).collect(),
    })
}

/// The series of one engine, with what it returned.
struct Pair<'a> {
    parallel: Series<'a>,
    bal: Option<Series<'a>>,
    timeline: Option<Series<'a>>,
    spent: Option<Spent>,
    outcome: BlockOutcome,
    difference: Option<String>,
}

impl Pair<'_> {
    fn finish(self) -> OnEngine {
        OnEngine {
            parallel_ms: self.parallel.median(),
            bal_ms: self.bal.map(Series::median),
            timeline_ms: self.timeline.map(Series::median),
            spent: self.spent,
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
