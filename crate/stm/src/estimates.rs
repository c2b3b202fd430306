//! Estimates: how readers wait for the writes of a transaction that is executing.
//!
//! A transaction leaves an estimate at each location that it is predicted to write, and is
//! Executing from before the first estimate until the last one is gone. A worker whose execution
//! reads at an estimate registers under the lock that ends the writer's execution, so that it is
//! woken.

use crate::{
    LocationId, Program, TxIndex, WorkerId,
    context::ExecutionContext,
    sync::lock,
    transaction_state::{Status, TransactionState},
    version_list::Entry,
};

/// Checks of an executing writer before its reader is suspended: a microsecond or two of them. Most
/// transactions are over by then.
const SPINS: u32 = if cfg!(parevm_loom) { 0 } else { 40 };

impl<P: Program> ExecutionContext<'_, P> {
    /// Predicts the writes of `index`, leaves estimates there and returns the locations.
    pub(crate) fn predict_writes(&self, index: TxIndex) -> Vec<LocationId> {
        let predicted = self
            .predictor
            .predict(index, || self.program.parties(index));
        if !predicted.is_empty() {
            self.insert_estimates(index, &predicted);
        }
        predicted
    }

    /// Makes readers of `locations` wait until the execution of `index` that starts now is over.
    pub(crate) fn insert_estimates(&self, index: TxIndex, locations: &[LocationId]) {
        // Before the estimates: a reader that meets one finds the writer executing, or done and the
        // estimate gone.
        lock(self.transaction(index)).status = Status::Executing;
        for id in locations {
            let mut cell = lock(self.memory.cell(*id));
            cell.versions.insert(index, Entry::Estimate);
        }
    }

    /// Removes the estimates of `index` at locations that it did not write, and corrects the
    /// predictions.
    pub(crate) fn remove_estimates(
        &self,
        index: TxIndex,
        predicted: &[LocationId],
        written: &[LocationId],
    ) {
        if predicted.is_empty() {
            return;
        }
        for id in predicted.iter().filter(|id| !written.contains(id)) {
            lock(self.memory.cell(*id)).versions.remove(index);
        }
        let parties = self.program.parties(index);
        self.predictor.update(index, parties, predicted, written);
    }

    /// Ends an execution of `index`, whose estimates are gone and whose writes are in the memory.
    /// Wakes its waiters.
    pub(crate) fn end_execution(&self, index: TxIndex, end: impl FnOnce(&mut TransactionState<P>)) {
        let mut state = lock(self.transaction(index));
        end(&mut state);
        self.parkers.wake(&mut state.waiters);
    }

    /// Returns whether no execution of `index` with estimates is in progress.
    pub(crate) fn has_ended(&self, index: TxIndex) -> bool {
        lock(self.transaction(index)).status != Status::Executing
    }

    /// Returns whether the execution of `index` ends within a moment.
    pub(crate) fn ends_soon(&self, index: TxIndex) -> bool {
        (0..SPINS).any(|_| {
            std::hint::spin_loop();
            self.has_ended(index)
        })
    }

    /// Registers `worker` to be woken at the end of the execution of `writer`, which is lower than
    /// the execution that waits. Returns false if it is over already.
    pub(crate) fn await_end(&self, writer: TxIndex, worker: WorkerId) -> bool {
        let mut state = lock(self.transaction(writer));
        // Checked under the lock that wakes: either the writer is still executing and will find
        // this waiter, or its writes are in the memory.
        let is_executing = state.status == Status::Executing;
        if is_executing && !state.waiters.contains(&worker) {
            state.waiters.push(worker);
        }
        is_executing
    }
}
