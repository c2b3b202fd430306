//! Who ran what when, for those who want to see it.
//!
//! Each executor writes into a list of its own, and the lists are joined when
//! the workers are done. Without a [`Recorder`] nothing is written and no clock
//! is read. This crate has none: the caller brings it.

use crate::{
    LocationId, Mode, TxIndex, WorkerId,
    sync::{Mutex, lock},
};

/// Nanoseconds since a moment of the caller's choice, the same for all workers.
pub type Clock<'c> = &'c (dyn Fn() -> u64 + Sync);

/// Collects what the workers of one [`Run`](crate::Run) do.
pub struct Recorder<'c> {
    clock: Clock<'c>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    runs: Vec<Incarnation>,
    thrown_away: Vec<ThrownAway>,
}

/// A first run that did not stand, and the location that it failed on.
type ThrownAway = (TxIndex, Option<LocationId>);

/// One run of one transaction, from its start to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incarnation {
    /// Which transaction.
    pub index: TxIndex,
    /// Who ran it.
    pub worker: WorkerId,
    /// Whether it ran on a guess.
    pub mode: Mode,
    /// From its start to its end, waits included.
    pub span: Span,
    /// For whom it waited meanwhile, in order.
    pub waits: Vec<Wait>,
    /// What became of it.
    pub outcome: Outcome,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Start, in nanoseconds of the recorder's clock.
    pub from: u64,
    /// End, in nanoseconds of the recorder's clock.
    pub to: u64,
}

/// A wait for a lower transaction. The worker may have run others meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The lower transaction.
    pub writer: TxIndex,
    /// From the read that could not go on until the run did.
    pub span: Span,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its result is the result.
    Final,
    /// It was thrown away, and the transaction ran again. The location is the
    /// first that held another value than the run relied on; `None` where the
    /// run failed on what it saw.
    Rerun(Option<LocationId>),
}

impl std::fmt::Debug for Recorder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl<'c> Recorder<'c> {
    /// An empty recorder that reads `clock`, from all workers.
    #[must_use]
    pub fn new(clock: Clock<'c>) -> Self {
        Self {
            clock,
            seen: Mutex::new(Seen::default()),
        }
    }

    /// Every run, by transaction and then by time. Of a block that failed, what
    /// its workers had finished.
    #[must_use]
    pub fn incarnations(&self) -> Vec<Incarnation> {
        let Seen {
            mut runs,
            thrown_away,
        } = std::mem::take(&mut *lock(&self.seen));
        let key = |run: &Incarnation| (run.index, run.mode == Mode::Final);
        // Fast on what is nearly in order, as the list of each worker is.
        runs.sort_by_key(key);
        for (index, cause) in thrown_away {
            if let Ok(place) = runs.binary_search_by_key(&(index, false), key) {
                runs[place].outcome = Outcome::Rerun(cause);
            }
        }
        runs
    }
}

/// The list of one [`View`](crate::View); all calls do nothing without a recorder.
pub(crate) struct Log<'m>(Option<Open<'m>>);

struct Open<'m> {
    recorder: &'m Recorder<'m>,
    worker: WorkerId,
    index: TxIndex,
    mode: Mode,
    /// Of the run that has begun. Its end is the last look at the clock.
    span: Span,
    waits: Vec<Wait>,
    /// Whether the worker has done nothing else since the last run ended: the
    /// clock need not be read again when the next one begins.
    goes_on: bool,
    seen: Seen,
}

impl<'m> Log<'m> {
    pub(crate) fn new(recorder: Option<&'m Recorder<'m>>, worker: WorkerId) -> Self {
        Self(recorder.map(|recorder| Open {
            recorder,
            worker,
            index: TxIndex::new(0),
            mode: Mode::Optimistic,
            span: Span::default(),
            waits: Vec::new(),
            goes_on: false,
            seen: Seen::default(),
        }))
    }

    /// A run of `index` begins.
    pub(crate) fn begin(&mut self, index: TxIndex, mode: Mode) {
        if let Some(open) = &mut self.0 {
            open.index = index;
            open.mode = mode;
            if !open.goes_on {
                open.look();
            }
            open.span.from = open.span.to;
        }
    }

    /// The run stops, to be set aside.
    pub(crate) fn pause(&mut self) {
        if let Some(open) = &mut self.0 {
            open.look();
        }
    }

    /// The run goes on that was set aside; it has waited for `writer`, if for
    /// anybody.
    pub(crate) fn resume(&mut self, writer: Option<TxIndex>) {
        if let Some(open) = &mut self.0 {
            let from = open.span.to;
            open.look();
            let to = open.span.to;
            let span = Span { from, to };
            open.waits
                .extend(writer.map(|writer| Wait { writer, span }));
        }
    }

    /// The run is over.
    pub(crate) fn end(&mut self) {
        if let Some(open) = &mut self.0 {
            open.look();
            open.goes_on = true;
            open.seen.runs.push(Incarnation {
                index: open.index,
                worker: open.worker,
                mode: open.mode,
                span: open.span,
                waits: std::mem::take(&mut open.waits),
                outcome: Outcome::Final,
            });
        }
    }

    /// The worker does something else before it begins with another run.
    pub(crate) fn turn_away(&mut self) {
        if let Some(open) = &mut self.0 {
            open.goes_on = false;
        }
    }

    /// The first run of `index` does not stand, for this location or because it
    /// failed.
    pub(crate) fn throw_away(&mut self, index: TxIndex, cause: Option<LocationId>) {
        if let Some(open) = &mut self.0 {
            open.goes_on = false;
            open.seen.thrown_away.push((index, cause));
        }
    }
}

impl Open<'_> {
    fn look(&mut self) {
        self.span.to = (self.recorder.clock)();
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut seen = lock(&self.recorder.seen);
        seen.runs.append(&mut self.seen.runs);
        seen.thrown_away.append(&mut self.seen.thrown_away);
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn waits_lie_in_the_run_and_a_run_begins_where_the_last_one_ended() {
        let now = AtomicU64::new(0);
        let clock = || now.fetch_add(1, Ordering::Relaxed);
        let recorder = Recorder::new(&clock);
        let mut log = Log::new(Some(&recorder), WorkerId::new(3));
        let [first, second, third] = [4, 5, 6].map(TxIndex::new);

        log.begin(second, Mode::Optimistic);
        log.pause();
        log.resume(Some(first));
        log.pause();
        log.resume(None);
        log.end();
        log.begin(third, Mode::Optimistic);
        log.end();
        log.turn_away();
        log.throw_away(third, Some(LocationId(9)));
        log.begin(third, Mode::Final);
        log.end();
        drop(log);

        let run = |index, mode, (from, to), outcome| Incarnation {
            index,
            worker: WorkerId::new(3),
            mode,
            span: Span { from, to },
            waits: Vec::new(),
            outcome,
        };
        let wait = Wait {
            writer: first,
            span: Span { from: 1, to: 2 },
        };
        let waited = Incarnation {
            waits: vec![wait],
            ..run(second, Mode::Optimistic, (0, 5), Outcome::Final)
        };
        let rerun = Outcome::Rerun(Some(LocationId(9)));
        let expected = [
            waited,
            run(third, Mode::Optimistic, (5, 6), rerun),
            run(third, Mode::Final, (7, 8), Outcome::Final),
        ];
        assert_eq!(recorder.incarnations(), expected);
        assert_eq!(recorder.incarnations(), []);
    }
}
