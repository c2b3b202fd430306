//! How cases are run.

use super::{Outcome, Verdict, skip};
use parevm::{Engine, Executor};
use std::{
    any::Any,
    fmt,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Opens what a trace is written to.
pub type TraceSink<'a> = &'a (dyn Fn() -> Box<dyn Write> + Sync);

/// How cases are run, the same for every file.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// Executes the blocks.
    pub engine: &'a Engine,
    /// A case passes when it passes with each of these.
    pub executors: &'a [Executor],
    /// Runs only the case of this name.
    pub only: Option<&'a str>,
    /// Traces every transaction as EIP-3155 says, in a run of its own.
    pub trace: Option<TraceSink<'a>>,
    /// Milliseconds on a clock that never goes back.
    pub now: fn() -> f64,
}

impl Setup<'_> {
    /// Runs one case and reports its verdict, unless another case was asked for or `skip.toml` names
    /// this one. A panic is a failure with its message.
    pub fn case(&self, name: &str, report: &mut dyn FnMut(Verdict), run: impl FnOnce() -> Outcome) {
        if self.only.is_some_and(|only| only != name) {
            return;
        }
        let start = (self.now)();
        let outcome = match skip::reason(name) {
            Some(reason) => Outcome::Skipped(reason.to_owned()),
            // A panic of the engine leaves nothing behind that a later run reads.
            None => catch_unwind(AssertUnwindSafe(run))
                .unwrap_or_else(|panic| Outcome::Failed(message(panic.as_ref()))),
        };
        report(Verdict {
            case: name.to_owned(),
            outcome,
            ms: (self.now)() - start,
        });
    }

    /// Runs `check` with each executor in turn, up to the first that finds a difference; the words
    /// then begin with the executor's name.
    ///
    /// # Errors
    ///
    /// The first difference.
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

/// What a panic says.
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
