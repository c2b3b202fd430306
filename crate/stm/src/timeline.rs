//! Timeline of a parallel execution: which worker executed which transaction when.
//!
//! Each view writes into a log of its own, and the logs are joined when the workers are done.
//! Without a [`TimelineRecorder`] nothing is written and no clock is read. This crate has no clock:
//! the caller provides one.

use crate::{
    LocationId, Mode, TxIndex, WorkerId,
    sync::{Mutex, lock},
};

/// Clock that returns nanoseconds since a moment of the caller's choice, the same for all workers.
pub type Clock<'c> = &'c (dyn Fn() -> u64 + Sync);

/// Recorder of the executions of one [`ParallelExecution`](crate::ParallelExecution).
pub struct TimelineRecorder<'c> {
    clock: Clock<'c>,
    events: Mutex<Events>,
}

#[derive(Default)]
struct Events {
    executions: Vec<RecordedExecution>,
    aborts: Vec<Abort>,
}

/// Optimistic execution that was aborted, and the location that invalidated it.
type Abort = (TxIndex, Option<LocationId>);

/// One execution of one transaction, from its start to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedExecution {
    /// Executed transaction.
    pub index: TxIndex,
    /// Worker that executed it.
    pub worker: WorkerId,
    /// Mode of the execution.
    pub mode: Mode,
    /// Time from its start to its end, suspensions included.
    pub span: TimeSpan,
    /// Suspensions until a lower transaction was done, in order.
    pub suspensions: Vec<Suspension>,
    /// Outcome of its validation.
    pub validation: ValidationOutcome,
}

/// Span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeSpan {
    /// Start, in nanoseconds of the recorder's clock.
    pub from: u64,
    /// End, in nanoseconds of the recorder's clock.
    pub to: u64,
}

/// Suspension until a lower transaction was done. The worker may have executed others meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Lower transaction.
    pub writer: TxIndex,
    /// Time from the read that suspended the execution until it was resumed.
    pub span: TimeSpan,
}

/// Outcome of the validation of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidationOutcome {
    /// The execution was committed.
    Committed,
    /// The execution was aborted, and the transaction executed again. The location is the first
    /// one whose committed value invalidated the read set; `None` if the execution failed with a
    /// valid read set.
    Aborted(Option<LocationId>),
}

impl std::fmt::Debug for TimelineRecorder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TimelineRecorder").finish_non_exhaustive()
    }
}

impl<'c> TimelineRecorder<'c> {
    /// Returns an empty recorder that reads `clock`, from all workers.
    #[must_use]
    pub fn new(clock: Clock<'c>) -> Self {
        Self {
            clock,
            events: Mutex::new(Events::default()),
        }
    }

    /// Takes the executions, by transaction and then by time. Of a block that failed, those that
    /// were complete.
    #[must_use]
    pub fn take_executions(&self) -> Vec<RecordedExecution> {
        let Events {
            mut executions,
            aborts,
        } = std::mem::take(&mut *lock(&self.events));
        let key = |execution: &RecordedExecution| {
            (execution.index, execution.mode == Mode::AtCommitIndex)
        };
        // Fast on what is nearly in order, as the log of each worker is.
        executions.sort_by_key(key);
        for (index, cause) in aborts {
            if let Ok(place) = executions.binary_search_by_key(&(index, false), key) {
                executions[place].validation = ValidationOutcome::Aborted(cause);
            }
        }
        executions
    }
}

/// Log of one [`View`](crate::View); all calls do nothing without a recorder.
pub(crate) struct TimelineLog<'m>(Option<OpenLog<'m>>);

struct OpenLog<'m> {
    recorder: &'m TimelineRecorder<'m>,
    worker: WorkerId,
    index: TxIndex,
    mode: Mode,
    /// Span of the current execution. Its end is the last time read.
    span: TimeSpan,
    suspensions: Vec<Suspension>,
    /// Whether the worker has done nothing else since the last execution ended: the clock need not
    /// be read again when the next one starts.
    is_contiguous: bool,
    events: Events,
}

impl<'m> TimelineLog<'m> {
    pub(crate) fn new(recorder: Option<&'m TimelineRecorder<'m>>, worker: WorkerId) -> Self {
        Self(recorder.map(|recorder| OpenLog {
            recorder,
            worker,
            index: TxIndex::new(0),
            mode: Mode::Optimistic,
            span: TimeSpan::default(),
            suspensions: Vec::new(),
            is_contiguous: false,
            events: Events::default(),
        }))
    }

    /// Records the start of an execution of `index`.
    pub(crate) fn start(&mut self, index: TxIndex, mode: Mode) {
        if let Some(log) = &mut self.0 {
            log.index = index;
            log.mode = mode;
            if !log.is_contiguous {
                log.read_clock();
            }
            log.span.from = log.span.to;
        }
    }

    /// Records the suspension of the execution.
    pub(crate) fn suspend(&mut self) {
        if let Some(log) = &mut self.0 {
            log.read_clock();
        }
    }

    /// Records that the suspended execution is resumed; it has waited for `writer`, if for a
    /// transaction.
    pub(crate) fn resume(&mut self, writer: Option<TxIndex>) {
        if let Some(log) = &mut self.0 {
            let from = log.span.to;
            log.read_clock();
            let to = log.span.to;
            let span = TimeSpan { from, to };
            log.suspensions
                .extend(writer.map(|writer| Suspension { writer, span }));
        }
    }

    /// Records the end of the execution.
    pub(crate) fn end(&mut self) {
        if let Some(log) = &mut self.0 {
            log.read_clock();
            log.is_contiguous = true;
            log.events.executions.push(RecordedExecution {
                index: log.index,
                worker: log.worker,
                mode: log.mode,
                span: log.span,
                suspensions: std::mem::take(&mut log.suspensions),
                validation: ValidationOutcome::Committed,
            });
        }
    }

    /// Records that the worker does something else before it starts another execution.
    pub(crate) fn interrupt(&mut self) {
        if let Some(log) = &mut self.0 {
            log.is_contiguous = false;
        }
    }

    /// Records that the optimistic execution of `index` is aborted, invalidated at the location
    /// `cause` or because it failed.
    pub(crate) fn abort(&mut self, index: TxIndex, cause: Option<LocationId>) {
        if let Some(log) = &mut self.0 {
            log.is_contiguous = false;
            log.events.aborts.push((index, cause));
        }
    }
}

impl OpenLog<'_> {
    fn read_clock(&mut self) {
        self.span.to = (self.recorder.clock)();
    }
}

impl Drop for OpenLog<'_> {
    fn drop(&mut self) {
        let mut events = lock(&self.recorder.events);
        events.executions.append(&mut self.events.executions);
        events.aborts.append(&mut self.events.aborts);
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn an_execution_starts_where_the_last_one_ended_and_includes_its_suspensions() {
        let now = AtomicU64::new(0);
        let clock = || now.fetch_add(1, Ordering::Relaxed);
        let recorder = TimelineRecorder::new(&clock);
        let mut log = TimelineLog::new(Some(&recorder), WorkerId::new(3));
        let [first, second, third] = [4, 5, 6].map(TxIndex::new);

        log.start(second, Mode::Optimistic);
        log.suspend();
        log.resume(Some(first));
        log.suspend();
        log.resume(None);
        log.end();
        log.start(third, Mode::Optimistic);
        log.end();
        log.interrupt();
        log.abort(third, Some(LocationId(9)));
        log.start(third, Mode::AtCommitIndex);
        log.end();
        drop(log);

        let execution = |index, mode, (from, to), validation| RecordedExecution {
            index,
            worker: WorkerId::new(3),
            mode,
            span: TimeSpan { from, to },
            suspensions: Vec::new(),
            validation,
        };
        let suspension = Suspension {
            writer: first,
            span: TimeSpan { from: 1, to: 2 },
        };
        let suspended = RecordedExecution {
            suspensions: vec![suspension],
            ..execution(
                second,
                Mode::Optimistic,
                (0, 5),
                ValidationOutcome::Committed,
            )
        };
        let aborted = ValidationOutcome::Aborted(Some(LocationId(9)));
        let expected = [
            suspended,
            execution(third, Mode::Optimistic, (5, 6), aborted),
            execution(
                third,
                Mode::AtCommitIndex,
                (7, 8),
                ValidationOutcome::Committed,
            ),
        ];
        assert_eq!(recorder.take_executions(), expected);
        assert_eq!(recorder.take_executions(), []);
    }
}
