//! Who ran what when, for those who want to see it.
//!
//! Each worker writes into a list of its own, and the lists are joined when the
//! workers are done. Without a [`Recorder`] nothing is written and no clock is
//! read. This crate has none: the caller brings it.

use crate::{
    LocationId, Mode, TxIndex, WorkerId,
    sync::{Mutex, lock},
};
use std::collections::BTreeMap;

/// Nanoseconds since a moment of the caller's choice, the same for all workers.
pub type Clock<'c> = &'c (dyn Fn() -> u64 + Sync);

/// Collects what the workers of one [`Run`](crate::Run) do.
pub struct Recorder<'c> {
    clock: Clock<'c>,
    events: Mutex<Vec<Event>>,
}

/// One run of one transaction, from its start to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incarnation {
    /// Which transaction.
    pub index: TxIndex,
    /// Who ran it.
    pub worker: WorkerId,
    /// Whether it ran on a guess.
    pub mode: Mode,
    /// When it ran: more than one where it was set aside between.
    pub spans: Vec<Span>,
    /// For whom it waited.
    pub waits: Vec<Wait>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Incarnation {
    fn new(index: TxIndex, worker: WorkerId, mode: Mode) -> Self {
        Self {
            index,
            worker,
            mode,
            spans: Vec::new(),
            waits: Vec::new(),
            outcome: Outcome::Final,
        }
    }
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

#[derive(Clone, Copy)]
enum Event {
    Ran(TxIndex, WorkerId, Mode, Span),
    Waited(TxIndex, WorkerId, Wait),
    ThrownAway(TxIndex, Option<LocationId>),
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
            events: Mutex::new(Vec::new()),
        }
    }

    /// Every run, by transaction and then by time. Of a block that failed, what
    /// its workers had finished.
    #[must_use]
    pub fn incarnations(&self) -> Vec<Incarnation> {
        let mut runs = BTreeMap::new();
        let mut thrown_away = Vec::new();
        for event in std::mem::take(&mut *lock(&self.events)) {
            match event {
                Event::Ran(index, worker, mode, span) => {
                    let run = runs.entry((index, mode == Mode::Final));
                    let run = run.or_insert_with(|| Incarnation::new(index, worker, mode));
                    run.spans.push(span);
                }
                Event::Waited(index, worker, wait) => {
                    let run = runs.entry((index, false));
                    let run =
                        run.or_insert_with(|| Incarnation::new(index, worker, Mode::Optimistic));
                    run.waits.push(wait);
                }
                Event::ThrownAway(index, cause) => thrown_away.push((index, cause)),
            }
        }
        for (index, cause) in thrown_away {
            if let Some(run) = runs.get_mut(&(index, false)) {
                run.outcome = Outcome::Rerun(cause);
            }
        }
        runs.into_values().collect()
    }
}

/// The list of one [`View`](crate::View); all calls do nothing without a recorder.
pub(crate) struct Log<'m>(Option<Open<'m>>);

struct Open<'m> {
    recorder: &'m Recorder<'m>,
    worker: WorkerId,
    index: TxIndex,
    mode: Mode,
    /// When the run, or the wait in it, began.
    since: u64,
    events: Vec<Event>,
}

impl<'m> Log<'m> {
    pub(crate) fn new(recorder: Option<&'m Recorder<'m>>, worker: WorkerId) -> Self {
        Self(recorder.map(|recorder| Open {
            recorder,
            worker,
            index: TxIndex::new(0),
            mode: Mode::Optimistic,
            since: 0,
            events: Vec::new(),
        }))
    }

    /// A run of `index` begins.
    pub(crate) fn begin(&mut self, index: TxIndex, mode: Mode) {
        if let Some(open) = &mut self.0 {
            open.index = index;
            open.mode = mode;
            open.since = (open.recorder.clock)();
        }
    }

    /// The run goes on that was set aside; it has waited for `writer`, if for
    /// anybody.
    pub(crate) fn resume(&mut self, writer: Option<TxIndex>) {
        if let Some(open) = &mut self.0 {
            let span = open.lap();
            if let Some(writer) = writer {
                let wait = Wait { writer, span };
                open.events
                    .push(Event::Waited(open.index, open.worker, wait));
            }
        }
    }

    /// The run is over, or stops to be set aside.
    pub(crate) fn end(&mut self) {
        if let Some(open) = &mut self.0 {
            let span = open.lap();
            let ran = Event::Ran(open.index, open.worker, open.mode, span);
            open.events.push(ran);
        }
    }

    /// The first run of `index` does not stand, for this location or because it
    /// failed.
    pub(crate) fn throw_away(&mut self, index: TxIndex, cause: Option<LocationId>) {
        if let Some(open) = &mut self.0 {
            open.events.push(Event::ThrownAway(index, cause));
        }
    }
}

impl Open<'_> {
    /// The time since the last look at the clock.
    fn lap(&mut self) -> Span {
        let from = self.since;
        self.since = (self.recorder.clock)();
        Span {
            from,
            to: self.since,
        }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        lock(&self.recorder.events).append(&mut self.events);
    }
}
