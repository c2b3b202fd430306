//! Where the time of an engine's threads went.

use parevm::{
    Block, Engine, ExecuteError, ExecuteOptions, MemoryState,
    execute::timeline::{Incarnation, IncarnationOutcome},
    vm::Environment,
};
use std::{hint::black_box, ops::Add};

/// Milliseconds of all threads together, from decoded block and state to ordered results and merged
/// state.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// In runs whose result counts.
    pub kept: f64,
    /// In runs on a wrong guess.
    pub thrown_away: f64,
    /// In no run: to check and settle what has run, to begin and end, and idle.
    pub between: f64,
}

impl Spent {
    /// Where it went in one run of `block` on `engine`, as the timeline says that `options` ask for. `now`
    /// returns milliseconds since some moment, by the same clock.
    ///
    /// # Errors
    ///
    /// As [`Engine::execute`].
    pub fn on(
        engine: &Engine,
        block: &Block,
        environment: &Environment,
        state: &MemoryState,
        options: &ExecuteOptions<'_>,
        now: fn() -> f64,
    ) -> Result<Self, ExecuteError> {
        let start = now();
        let executed = black_box(engine.run(block, environment, state, options)?);
        let elapsed = now() - start;
        let schedule = &executed.report;
        let runs = schedule.timeline.as_deref().unwrap_or_default();
        Ok(Self::of(runs, schedule.threads as f64 * elapsed))
    }

    /// Where `all` of it went, when these were the runs.
    #[must_use]
    pub fn of(runs: &[Incarnation], all: f64) -> Self {
        let mut spent = Self::default();
        for run in runs {
            let took: u64 = run.spans().map(|span| span.end - span.start).sum();
            *match run.outcome {
                IncarnationOutcome::Final => &mut spent.kept,
                IncarnationOutcome::Rerun(_) => &mut spent.thrown_away,
            } += took as f64 / 1e6;
        }
        spent.between = all - spent.kept - spent.thrown_away;
        spent
    }

    /// All of it.
    #[must_use]
    pub fn all(&self) -> f64 {
        self.kept + self.thrown_away + self.between
    }
}

impl Add for Spent {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            kept: self.kept + other.kept,
            thrown_away: self.thrown_away + other.thrown_away,
            between: self.between + other.between,
        }
    }
}
