//! Which worker ran which transaction when, and why it ran again.

use crate::vm::Location;
use alloy_primitives::map::HashMap;
use parevm_stm::{LocationId, TimelineRecorder, ValidationOutcome};
use std::{fmt, iter};

/// Nanoseconds since a moment of the host's choice, the same for all threads. The engine reads no
/// clock of its own.
pub use parevm_stm::Clock;

/// One run of one transaction. Times are in nanoseconds since the block began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incarnation {
    /// Position of the transaction in the block, from zero.
    pub transaction: usize,
    /// Number of the thread that ran it, from zero.
    pub worker: usize,
    /// From its start to its end, waits included.
    pub span: Span,
    /// For whom it waited meanwhile, in order.
    pub waits: Vec<Wait>,
    /// What became of it.
    pub outcome: IncarnationOutcome,
}

/// A stretch of time, in nanoseconds since the block began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub start: u64,
    /// When it ended.
    pub end: u64,
}

/// A wait for a lower transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Position in the block of the transaction that was waited for.
    pub transaction: usize,
    /// From the read that could not go on until it did.
    pub span: Span,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncarnationOutcome {
    /// Its result is the transaction's result.
    Final,
    /// Its guess was wrong, and the transaction ran again. The location is the first that held
    /// another value than the run relied on; `None` where the run failed on what it saw.
    Rerun(Option<Location>),
}

impl Incarnation {
    /// When it ran, in order: more than one where it waited between.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        let starts = self.waits.iter().map(|wait| wait.span.end);
        let ends = self.waits.iter().map(|wait| wait.span.start);
        iter::once(self.span.start)
            .chain(starts)
            .zip(ends.chain([self.span.end]))
            .map(|(start, end)| Span { start, end })
    }
}

impl fmt::Display for IncarnationOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Final => f.write_str("final"),
            Self::Rerun(Some(location)) => write!(f, "run again: {location} was another"),
            Self::Rerun(None) => f.write_str("run again: it failed on a guess"),
        }
    }
}

/// A clock that starts at zero.
pub(super) fn from_now(clock: Clock<'_>) -> impl Fn() -> u64 + Sync {
    let start = clock();
    move || clock().saturating_sub(start)
}

/// Returns the executions that `recorder` has recorded. `for_each_location` visits every location.
pub(super) fn incarnations(
    recorder: &TimelineRecorder<'_>,
    for_each_location: impl FnOnce(&mut dyn FnMut(&Location, LocationId)),
) -> Vec<Incarnation> {
    let executions = recorder.take_executions();
    let causes = executions.iter().filter_map(|it| match it.validation {
        ValidationOutcome::Aborted(cause) => cause,
        ValidationOutcome::Committed => None,
    });
    let mut names: HashMap<LocationId, Option<Location>> =
        causes.map(|cause| (cause, None)).collect();
    if !names.is_empty() {
        for_each_location(&mut |location, id| {
            if let Some(name) = names.get_mut(&id) {
                *name = Some(*location);
            }
        });
    }
    let span = |span: parevm_stm::TimeSpan| Span {
        start: span.from,
        end: span.to,
    };
    executions
        .into_iter()
        .map(|it| Incarnation {
            transaction: it.index.as_usize(),
            worker: it.worker.get(),
            span: span(it.span),
            waits: it
                .suspensions
                .into_iter()
                .map(|suspension| Wait {
                    transaction: suspension.writer.as_usize(),
                    span: span(suspension.span),
                })
                .collect(),
            outcome: match it.validation {
                ValidationOutcome::Committed => IncarnationOutcome::Final,
                ValidationOutcome::Aborted(cause) => {
                    IncarnationOutcome::Rerun(cause.and_then(|id| *names.get(&id)?))
                }
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_not_on_while_it_waits() {
        let span = |start, end| Span { start, end };
        let wait = |start, end| Wait {
            transaction: 0,
            span: span(start, end),
        };
        let run = Incarnation {
            transaction: 1,
            worker: 0,
            span: span(10, 90),
            waits: vec![wait(20, 40), wait(50, 80)],
            outcome: IncarnationOutcome::Final,
        };
        let spans: Vec<_> = run.spans().collect();
        assert_eq!(spans, [span(10, 20), span(40, 50), span(80, 90)]);
    }
}
