//! Timeline of a block: incarnations of its transactions, with worker, time and outcome.

use crate::vm::Location;
use alloy_primitives::map::HashMap;
use parevm_stm::{LocationId, TimelineRecorder, ValidationOutcome};
use std::{fmt, iter};

/// Nanoseconds since a moment of the host's choice, the same for all threads. The engine reads no
/// clock of its own.
pub use parevm_stm::Clock;
pub use parevm_stm::{Suspension, TimeSpan};

/// One execution of one transaction. Times are in nanoseconds since the start of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incarnation {
    /// Position of the transaction in the block, from zero.
    pub transaction: usize,
    /// Number of the worker that executed it, from zero.
    pub worker: usize,
    /// Time from start to end, suspensions included.
    pub span: TimeSpan,
    /// Suspensions until a lower transaction was executed, in order.
    pub suspensions: Vec<Suspension>,
    /// Outcome of its validation.
    pub outcome: IncarnationOutcome,
}

/// Outcome of an incarnation's validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncarnationOutcome {
    /// The incarnation was committed.
    Committed,
    /// The incarnation was aborted, and the transaction executed again. The location is the first one whose
    /// committed value invalidated the read set; `None` if the execution failed with a valid read set.
    Aborted(Option<Location>),
}

impl Incarnation {
    /// Returns the times of execution, in order: those between the suspensions.
    pub fn spans(&self) -> impl Iterator<Item = TimeSpan> {
        let starts = self.suspensions.iter().map(|it| it.span.to);
        let ends = self.suspensions.iter().map(|it| it.span.from);
        iter::once(self.span.from)
            .chain(starts)
            .zip(ends.chain([self.span.to]))
            .map(|(from, to)| TimeSpan { from, to })
    }
}

impl fmt::Display for IncarnationOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Committed => f.write_str("committed"),
            Self::Aborted(Some(location)) => write!(f, "aborted: {location} was changed"),
            Self::Aborted(None) => f.write_str("aborted: the optimistic execution failed"),
        }
    }
}

/// Returns `clock` from zero on.
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
    let mut locations: HashMap<LocationId, Option<Location>> =
        causes.map(|cause| (cause, None)).collect();
    if !locations.is_empty() {
        for_each_location(&mut |location, id| {
            if let Some(cause) = locations.get_mut(&id) {
                *cause = Some(*location);
            }
        });
    }
    executions
        .into_iter()
        .map(|it| Incarnation {
            transaction: it.index.as_usize(),
            worker: it.worker.get(),
            span: it.span,
            suspensions: it.suspensions,
            outcome: match it.validation {
                ValidationOutcome::Committed => IncarnationOutcome::Committed,
                ValidationOutcome::Aborted(cause) => {
                    IncarnationOutcome::Aborted(cause.and_then(|id| *locations.get(&id)?))
                }
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parevm_stm::TxIndex;

    #[test]
    fn the_spans_of_an_incarnation_exclude_its_suspensions() {
        let span = |from, to| TimeSpan { from, to };
        let suspension = |from, to| Suspension {
            writer: TxIndex::new(0),
            span: span(from, to),
        };
        let incarnation = Incarnation {
            transaction: 1,
            worker: 0,
            span: span(10, 90),
            suspensions: vec![suspension(20, 40), suspension(50, 80)],
            outcome: IncarnationOutcome::Committed,
        };
        let spans: Vec<_> = incarnation.spans().collect();
        assert_eq!(spans, [span(10, 20), span(40, 50), span(80, 90)]);
    }
}
