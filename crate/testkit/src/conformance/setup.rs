//! Setup of a conformance run.

use super::{CaseOutcome, Verdict, skip};
use parevm::{Engine, Executor};
use std::{
    any::Any,
    fmt,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Function that opens the output of a trace.
pub type TraceSink<'a> = &'a (dyn Fn() -> Box<dyn Write> + Sync);

/// Setup of a conformance run, equal for every file.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// Engine that executes the blocks.
    pub engine: &'a Engine,
    /// Executors; a case passes if it passes with each of them.
    pub executors: &'a [Executor],
    /// Name of the only case to run.
    pub only: Option<&'a str>,
    /// Output of EIP-3155 traces of every transaction, from a separate execution.
    pub trace: Option<TraceSink<'a>>,
    /// Monotonic clock, in milliseconds.
    pub now: fn() -> f64,
}

impl Setup<'_> {
    /// Runs one case and reports its verdict, unless only another case is requested. A case in `skip.toml` is skipped. A
    /// panic is a failure with its message.
    pub fn case(
        &self,
        name: &str,
        report: &mut dyn FnMut(Verdict),
        run: impl FnOnce() -> CaseOutcome,
    ) {
        if self.only.is_some_and(|only| only != name) {
            return;
        }
        let start = (self.now)();
        let outcome = match skip::reason(name) {
            Some(reason) => CaseOutcome::Skipped(reason.to_owned()),
            // No later run reads state that a panic of the engine may have corrupted.
            None => catch_unwind(AssertUnwindSafe(run))
                .unwrap_or_else(|panic| CaseOutcome::Failed(message(panic.as_ref()))),
        };
        report(Verdict {
            case: name.to_owned(),
            outcome,
            ms: (self.now)() - start,
        });
    }

    /// Runs `check` with each executor.
    ///
    /// # Errors
    ///
    /// The first difference, preceded by the executor's name.
    pub fn with_each_executor(
        &self,
        mut check: impl FnMut(Executor) -> Result<(), String>,
    ) -> Result<(), String> {
        for executor in self.executors {
            check(*executor).map_err(|difference| format!("{executor}: {difference}"))?;
        }
        Ok(())
    }
}

/// Returns the message of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let words = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", words.unwrap_or("without a message"))
}

impl fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("threads", &self.engine.threads())
            .field("executors", &self.executors)
            .field("only", &self.only)
            .field("trace", &self.trace.is_some())
            .finish_non_exhaustive()
    }
}
