//! Time of an engine's threads, by use.

use parevm::{
    Block, Engine, ExecuteError, ExecuteOptions, MemoryState,
    execute::timeline::{Incarnation, IncarnationOutcome},
    vm::Environment,
};
use std::{hint::black_box, ops::Add};

/// Time of all threads, in milliseconds, from decoded block and state to results and the state after it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ThreadTime {
    /// Committed incarnations.
    pub committed: f64,
    /// Aborted incarnations.
    pub aborted: f64,
    /// Outside of incarnations: validation, commit, start and end of the block, idle.
    pub outside: f64,
}

impl ThreadTime {
    /// Executes `block` on `engine` and returns the time by use, from the timeline that `options` request. `now`
    /// returns milliseconds of the same clock.
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
        let report = &executed.report;
        let incarnations = report.timeline.as_deref().unwrap_or_default();
        Ok(Self::of(incarnations, report.threads as f64 * elapsed))
    }

    /// Returns the time by use of `incarnations`, out of `total` milliseconds.
    #[must_use]
    pub fn of(incarnations: &[Incarnation], total: f64) -> Self {
        let mut thread_time = Self::default();
        for incarnation in incarnations {
            let nanoseconds: u64 = incarnation.spans().map(|span| span.to - span.from).sum();
            *match incarnation.outcome {
                IncarnationOutcome::Committed => &mut thread_time.committed,
                IncarnationOutcome::Aborted(_) => &mut thread_time.aborted,
            } += nanoseconds as f64 / 1e6;
        }
        thread_time.outside = total - thread_time.committed - thread_time.aborted;
        thread_time
    }

    /// Returns the time of all uses.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.committed + self.aborted + self.outside
    }
}

impl Add for ThreadTime {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            committed: self.committed + other.committed,
            aborted: self.aborted + other.aborted,
            outside: self.outside + other.outside,
        }
    }
}
