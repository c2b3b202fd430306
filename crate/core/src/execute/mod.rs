//! Runs a block.
//!
//! [`sequential`] is the specification: every other executor must return what it returns. An
//! executor hands back an [`Executed`]; [`finish`] turns that into a [`BlockOutcome`].
//! [`choose`](choose::choose) decides which executor runs.

pub mod choose;
mod error;
mod finish;
pub mod limits;
mod outcome;
pub(crate) mod parallel;
mod receipt;
pub mod sequential;

pub use choose::Executor;
pub use error::ExecuteError;
pub use finish::finish;
pub use limits::Limits;
pub use outcome::{BlockOutcome, Executed, ScheduleReport};
pub use receipt::Receipt;
pub use sequential::Sequential;

use std::{fmt, sync::atomic::AtomicBool};

/// How a block is to be executed.
#[derive(Clone, Copy, Default)]
pub struct ExecuteOptions<'a> {
    /// Which executor runs.
    pub executor: Executor,
    /// Set to true by anyone, at any time, to end the run with [`ExecuteError::Cancelled`].
    pub cancel: Option<&'a AtomicBool>,
    /// Told the number of settled transactions as it grows; called from any thread.
    pub progress: Option<&'a (dyn Fn(usize) + Sync)>,
}

impl fmt::Debug for ExecuteOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecuteOptions")
            .field("executor", &self.executor)
            .field("cancel", &self.cancel)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}
