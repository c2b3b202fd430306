//! Loop of a worker.
//!
//! A worker claims transactions and executes each optimistically. An execution that must wait for a
//! lower transaction is suspended, and the worker executes others; between two executions it
//! resumes the lowest one that can continue. It announces what it has executed, and commits what it
//! can if nobody owns the commit index. A worker that finds nothing to claim finishes its suspended
//! executions and leaves; the last announcement advances the commit index to the end. Where the
//! block is a chain ([`crate::chain_detector`]) all but the first worker pause.

use crate::{
    Executable, LocationId, Mode, Program, Progress, TransactionExecutor, TxIndex, View, WorkerId,
    context::ExecutionContext, sync::lock, transaction_state::Status,
};

/// Maximum number of suspended executions of a worker. Each keeps an executor, and an execution far
/// above the commit index fails validation more often.
const MAX_SUSPENDED: usize = if cfg!(parevm_loom) { 1 } else { 3 };

pub(crate) struct Worker<'m, P: Executable> {
    context: &'m ExecutionContext<'m, P>,
    id: WorkerId,
    /// Executor without a suspended execution.
    executor: Box<P::Executor<'m>>,
    /// More of these.
    spare: Vec<Box<P::Executor<'m>>>,
    suspended: Vec<SuspendedExecution<'m, P>>,
    /// Whether it has executed a transaction that it has not announced.
    is_unannounced: bool,
}

/// Optimistic execution that is suspended.
struct SuspendedExecution<'m, P: Executable + 'm> {
    index: TxIndex,
    /// Locations of its estimates.
    predicted: Vec<LocationId>,
    executor: Box<P::Executor<'m>>,
    /// Lower transaction that it waits for. `None` if it waits for something else, such as state
    /// that has to be fetched.
    writer: Option<TxIndex>,
}

impl<'m, P: Executable> Worker<'m, P> {
    pub(crate) fn new(context: &'m ExecutionContext<'m, P>, id: WorkerId) -> Self {
        Self {
            context,
            id,
            executor: Self::executor(context, id),
            spare: Vec::new(),
            suspended: Vec::new(),
            is_unannounced: false,
        }
    }

    fn executor(context: &'m ExecutionContext<'m, P>, id: WorkerId) -> Box<P::Executor<'m>> {
        Box::new(context.program.executor(View::new(context, id)))
    }

    /// Works until nothing is left to do, or the block is stopped.
    pub(crate) fn work(mut self) {
        let guard = HaltOnPanic(self.context);
        self.execute_claimed();
        self.resume_suspended(0);
        self.announce();
        std::mem::forget(guard);
    }

    /// Takes and executes transactions until none is left.
    fn execute_claimed(&mut self) {
        while self.pause_in_chain() {
            let Some(batch) = self.context.cursor.claim() else {
                self.context.chain_detector.close(&self.context.parkers);
                return;
            };
            // Read once per batch: another core usually owns this cache line. If the batch starts
            // at the commit index, all of it does.
            let first = batch.first();
            let starts_at_commit_index =
                first.is_some_and(|index| self.context.is_at_commit_index(*index));
            // Transactions of a larger batch are short: this worker is soon between two.
            let is_short = batch.len() > 1;
            if is_short {
                self.context.ownership_transfer.open(self.id);
            }
            for index in batch.iter().copied() {
                self.resume_suspended(MAX_SUSPENDED - 1);
                if self.context.is_stopped() {
                    return;
                }
                if starts_at_commit_index && self.context.is_at_commit_index(index) {
                    self.context.execute_once(index, &mut self.executor);
                    self.is_unannounced = true;
                    self.announce();
                } else {
                    self.execute_optimistically(index);
                }
                if self.context.ownership_transfer.has_received(self.id) {
                    self.commit_if_owner();
                    self.context.ownership_transfer.open(self.id);
                }
            }
            self.announce();
        }
    }

    /// Pauses while the block is a chain, unless this is the first worker: alone it never
    /// speculates. Returns false when the block is stopped.
    fn pause_in_chain(&mut self) -> bool {
        let ExecutionContext {
            chain_detector,
            commit_index,
            counters,
            parkers,
            ..
        } = self.context;
        while chain_detector.should_pause(commit_index.get(), || counters.conflicts(), parkers)
            && self.id.get() > 0
        {
            // Others may wait for its suspended executions, or for the commit index.
            self.resume_suspended(0);
            self.announce();
            if self.context.is_stopped() {
                return false;
            }
            if !chain_detector.await_end(self.id) {
                break;
            }
            parkers.park(self.id);
        }
        true
    }

    /// Resumes suspended executions that can continue; parks while more than `max_left` are left
    /// that cannot. Returns when the block is stopped, too.
    fn resume_suspended(&mut self, max_left: usize) {
        while !self.suspended.is_empty() {
            if self.context.is_stopped() {
                return;
            }
            if let Some(place) = self.lowest_ready() {
                self.resume(place);
            } else if self.suspended.len() <= max_left {
                return;
            } else if let Some(place) = self.lowest_without_writer() {
                self.resume(place);
            } else {
                self.announce();
                self.park();
            }
        }
    }

    /// Parks until a suspended execution may continue.
    fn park(&mut self) {
        // Registers each time anew: a writer that was done may be executed again, at the commit
        // index.
        let mut writers = self.suspended.iter().filter_map(|it| it.writer);
        if writers.all(|writer| self.context.await_end(writer, self.id)) {
            self.context.parkers.park(self.id);
        }
    }

    /// Returns the place of the lowest suspended execution whose writer is done.
    fn lowest_ready(&self) -> Option<usize> {
        self.lowest_suspended(|writer| writer.is_some_and(|writer| self.context.has_ended(writer)))
    }

    /// Returns the place of the lowest suspended execution that waits for no transaction. It may
    /// have to wait in place for something else.
    fn lowest_without_writer(&self) -> Option<usize> {
        self.lowest_suspended(|writer| writer.is_none())
    }

    fn lowest_suspended(&self, matches: impl Fn(Option<TxIndex>) -> bool) -> Option<usize> {
        let found = (self.suspended.iter().enumerate()).filter(|(_, it)| matches(it.writer));
        let lowest = found.min_by_key(|(_, it)| it.index);
        lowest.map(|(place, _)| place)
    }

    /// Executes `index` while lower transactions may be uncommitted.
    fn execute_optimistically(&mut self, index: TxIndex) {
        let predicted = self.context.predict_writes(index);
        self.executor.view().start(index, Mode::Optimistic);
        let progress = self.executor.execute(index, Mode::Optimistic);
        self.end_or_suspend(index, predicted, progress);
    }

    /// Resumes the suspended execution at `place`.
    fn resume(&mut self, place: usize) {
        self.executor.view().log.interrupt();
        let SuspendedExecution {
            index,
            predicted,
            executor,
            writer,
        } = self.suspended.swap_remove(place);
        let free = std::mem::replace(&mut self.executor, executor);
        self.spare.push(free);
        self.executor.view().log.resume(writer);
        let progress = self.executor.resume(index, Mode::Optimistic);
        self.end_or_suspend(index, predicted, progress);
        // It is low, and the commit index may have waited for it.
        self.announce();
    }

    fn end_or_suspend(
        &mut self,
        index: TxIndex,
        predicted: Vec<LocationId>,
        progress: Result<Progress<P::Output>, P::Error>,
    ) {
        let output = match progress {
            Ok(Progress::Done(output)) => Some(output),
            // A failed execution publishes no writes: it may have read a state that never existed.
            Err(_) => None,
            Ok(Progress::Suspended) => return self.suspend(index, predicted),
        };
        let view = self.executor.view();
        let mut record = view.take_record(output);
        if record.output.is_some() {
            for (id, write) in view.drain_publishable() {
                let published = lock(self.context.memory.cell(id)).publish(index, write);
                match published {
                    Ok(()) => record.published.push(id),
                    Err(write) => record.deferred.push((id, write)),
                }
            }
        }
        self.context
            .remove_estimates(index, &predicted, &record.published);
        view.log.end();
        let worker = self.id;
        self.context.end_execution(index, |state| {
            state.worker = worker;
            state.record = Some(record);
            state.status = Status::Executed;
        });
        self.is_unannounced = true;
    }

    /// Suspends the execution that has just stopped, with its executor.
    fn suspend(&mut self, index: TxIndex, predicted: Vec<LocationId>) {
        let view = self.executor.view();
        view.log.suspend();
        let writer = view.take_awaited();
        if writer.is_some() {
            self.context.counters.suspensions.increment();
        }
        let free = self.spare.pop();
        let free = free.unwrap_or_else(|| Self::executor(self.context, self.id));
        self.suspended.push(SuspendedExecution {
            index,
            predicted,
            executor: std::mem::replace(&mut self.executor, free),
            writer,
        });
    }

    /// Announces the transactions that this worker has executed since it last did.
    fn announce(&mut self) {
        self.commit_if_owner();
        if std::mem::take(&mut self.is_unannounced) {
            self.context.announce(&mut self.executor);
        }
        self.executor.view().log.interrupt();
    }

    /// Closes the mailbox, and commits what it can if this worker has received the ownership.
    fn commit_if_owner(&mut self) {
        if let Some(ownership) = self.context.ownership_transfer.close(self.id) {
            self.context.commit_announced(ownership, &mut self.executor);
            self.executor.view().log.interrupt();
        }
    }
}

/// Stops the block when a worker panics, so that no other one stays parked for ever.
struct HaltOnPanic<'a, 'm, P: Program>(&'a ExecutionContext<'m, P>);

impl<P: Program> Drop for HaltOnPanic<'_, '_, P> {
    fn drop(&mut self) {
        self.0.halt();
    }
}
