//! What every worker does.
//!
//! A worker claims transactions and gives each a first run. A first run that
//! must wait for a lower transaction is set aside, in the middle, and the worker
//! runs others; it goes on with the lowest one that can go on as soon as it is
//! between two runs. When a worker has run something it announces it at the
//! frontier, and if nobody owns the frontier, moves it. A worker that finds
//! nothing to claim finishes what it has set aside and leaves; whoever finishes
//! last moves the frontier to the end. Where the block is a chain
//! ([`crate::chain`]) all but the first worker pause.

use crate::{
    Executor, LocationId, Mode, Program, TxIndex, View, WorkerId, program::Step, run::Shared,
    sync::lock, task::Phase,
};

/// First runs that a worker sets aside at most. Each keeps an executor, and what
/// runs ahead of the frontier guesses more.
const MOST_ASIDE: usize = if cfg!(parevm_loom) { 1 } else { 3 };

pub(crate) struct Worker<'m, P: Program> {
    shared: &'m Shared<'m, P>,
    id: WorkerId,
    /// Between two runs it is in the middle of none.
    executor: Box<P::Executor<'m>>,
    /// More of these.
    spare: Vec<Box<P::Executor<'m>>>,
    aside: Vec<Aside<'m, P>>,
    /// Whether it has run something that the frontier was not told.
    is_silent: bool,
}

/// A first run in the middle.
struct Aside<'m, P: Program + 'm> {
    index: TxIndex,
    /// Where it has marks.
    expected: Vec<LocationId>,
    executor: Box<P::Executor<'m>>,
    /// The lower transaction it waits for. `None` if it waits for something else,
    /// such as state that has to be fetched.
    writer: Option<TxIndex>,
}

impl<'m, P: Program> Worker<'m, P> {
    pub(crate) fn new(shared: &'m Shared<'m, P>, id: WorkerId) -> Self {
        Self {
            shared,
            id,
            executor: Self::executor(shared, id),
            spare: Vec::new(),
            aside: Vec::new(),
            is_silent: false,
        }
    }

    fn executor(shared: &'m Shared<'m, P>, id: WorkerId) -> Box<P::Executor<'m>> {
        Box::new(shared.program.executor(View::new(shared, id)))
    }

    /// Works until nothing is left to do, or the block is stopped.
    pub(crate) fn work(mut self) {
        let guard = HaltOnPanic(self.shared);
        self.claim_all();
        self.attend(0);
        self.announce();
        std::mem::forget(guard);
    }

    /// Runs what is to be claimed, and sets aside what has to wait.
    fn claim_all(&mut self) {
        while self.pause_in_chain() {
            let Some(batch) = self.shared.cursor.claim() else {
                self.shared.chain.finish(&self.shared.beds);
                return;
            };
            // Asked once: the frontier is another worker's to write, mostly. A
            // batch that begins there stays there.
            let first = batch.first();
            let is_alone = first.is_some_and(|at| self.shared.is_frontier(*at));
            // What is claimed together is short: this worker is soon between two.
            let is_short = batch.len() > 1;
            if is_short {
                self.shared.handover.open(self.id);
            }
            for index in batch.iter().copied() {
                self.attend(MOST_ASIDE - 1);
                if self.shared.is_stopped() {
                    return;
                }
                if is_alone && self.shared.is_frontier(index) {
                    self.shared.run_alone(index, &mut self.executor);
                    self.is_silent = true;
                    self.announce();
                } else {
                    self.run_first(index);
                }
                if self.shared.handover.has_come(self.id) {
                    self.take_over();
                    self.shared.handover.open(self.id);
                }
            }
            self.announce();
        }
    }

    /// Pauses while the block is a chain, unless this is the first worker: alone it never guesses.
    /// False when the block is stopped.
    fn pause_in_chain(&mut self) -> bool {
        let Shared {
            chain,
            frontier,
            counters,
            beds,
            ..
        } = self.shared;
        while chain.is_on(frontier.settled(), || counters.conflicts(), beds) && self.id.get() > 0 {
            // Others may wait for what it has, or for the frontier.
            self.attend(0);
            self.announce();
            if self.shared.is_stopped() {
                return false;
            }
            if !chain.await_end(self.id) {
                break;
            }
            beds.sleep(self.id);
        }
        true
    }

    /// Goes on with what was set aside and can go on; sleeps while more than
    /// `most` is left that cannot. Returns when the block is stopped, too.
    fn attend(&mut self, most: usize) {
        while !self.aside.is_empty() {
            if self.shared.is_stopped() {
                return;
            }
            if let Some(place) = self.lowest_ready() {
                self.go_on(place);
            } else if self.aside.len() <= most {
                return;
            } else if let Some(place) = self.lowest_that_waits_for_nobody() {
                self.go_on(place);
            } else {
                self.announce();
                self.sleep();
            }
        }
    }

    /// Sleeps until something that was set aside may go on.
    fn sleep(&mut self) {
        // Each time anew: a writer that was done may run again, in final mode.
        let mut writers = self.aside.iter().filter_map(|aside| aside.writer);
        if writers.all(|writer| self.shared.await_end(writer, self.id)) {
            self.shared.beds.sleep(self.id);
        }
    }

    /// Where the lowest run is that was set aside for a transaction that is done.
    fn lowest_ready(&self) -> Option<usize> {
        self.lowest_aside(|writer| writer.is_some_and(|writer| self.shared.has_ended(writer)))
    }

    /// Where the lowest run is that was set aside for something else. It may have
    /// to wait for that in place.
    fn lowest_that_waits_for_nobody(&self) -> Option<usize> {
        self.lowest_aside(|writer| writer.is_none())
    }

    fn lowest_aside(&self, is_it: impl Fn(Option<TxIndex>) -> bool) -> Option<usize> {
        let found = (self.aside.iter().enumerate()).filter(|(_, aside)| is_it(aside.writer));
        let lowest = found.min_by_key(|(_, aside)| aside.index);
        lowest.map(|(place, _)| place)
    }

    /// Runs `index` on a guess of what the lower transactions leave.
    fn run_first(&mut self, index: TxIndex) {
        let expected = self.shared.expect(index);
        self.executor.view().begin(index, Mode::Optimistic);
        let ran = self.executor.execute(index, Mode::Optimistic);
        self.end_or_set_aside(index, expected, ran);
    }

    /// Goes on with the first run that was set aside at `place`.
    fn go_on(&mut self, place: usize) {
        self.executor.view().log.turn_away();
        let Aside {
            index,
            expected,
            executor,
            writer,
        } = self.aside.swap_remove(place);
        let free = std::mem::replace(&mut self.executor, executor);
        self.spare.push(free);
        self.executor.view().log.resume(writer);
        let ran = self.executor.resume(index, Mode::Optimistic);
        self.end_or_set_aside(index, expected, ran);
        // It is low, and the frontier may have waited for it.
        self.announce();
    }

    fn end_or_set_aside(
        &mut self,
        index: TxIndex,
        expected: Vec<LocationId>,
        ran: Result<Step<P::Output>, P::Error>,
    ) {
        let output = match ran {
            Ok(Step::Done(output)) => Some(output),
            // A failed run leaves no writes: what it saw may never have been.
            Err(_) => None,
            Ok(Step::Suspended) => return self.set_aside(index, expected),
        };
        let view = self.executor.view();
        let mut record = view.take_record(output);
        if record.output.is_some() {
            for (id, patch) in view.drain_visible() {
                let left = lock(self.shared.memory.cell(id)).put(index, patch);
                match left {
                    Ok(()) => record.written.push(id),
                    Err(patch) => record.blind.push((id, patch)),
                }
            }
        }
        self.shared.take_back(index, &expected, &record.written);
        view.log.end();
        let worker = self.id;
        self.shared.end_run(index, |task| {
            task.worker = worker;
            task.record = Some(record);
            task.phase = Phase::Executed;
        });
        self.is_silent = true;
    }

    /// Puts the run that has just stopped in the middle away, with its executor.
    fn set_aside(&mut self, index: TxIndex, expected: Vec<LocationId>) {
        let view = self.executor.view();
        view.log.pause();
        let writer = view.take_awaited();
        if writer.is_some() {
            self.shared.counters.waits.raise();
        }
        let free = self.spare.pop();
        let free = free.unwrap_or_else(|| Self::executor(self.shared, self.id));
        self.aside.push(Aside {
            index,
            expected,
            executor: std::mem::replace(&mut self.executor, free),
            writer,
        });
    }

    /// Tells the frontier what this worker has run since it last did.
    fn announce(&mut self) {
        self.take_over();
        if std::mem::take(&mut self.is_silent) {
            self.shared.announce(&mut self.executor);
        }
        self.executor.view().log.turn_away();
    }

    /// Moves the frontier if this worker was handed it, and is handed it no more.
    fn take_over(&mut self) {
        if let Some(ownership) = self.shared.handover.close(self.id) {
            self.shared.own(ownership, &mut self.executor);
            self.executor.view().log.turn_away();
        }
    }
}

/// Stops the block when a worker ends by a panic of the program, so that no
/// other one sleeps for ever.
struct HaltOnPanic<'a, 'm, P: Program>(&'a Shared<'m, P>);

impl<P: Program> Drop for HaltOnPanic<'_, '_, P> {
    fn drop(&mut self) {
        self.0.halt();
    }
}
