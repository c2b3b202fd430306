//! Commit of transactions: validation and re-execution at the commit index, in block order, by one
//! worker at a time.

use crate::{
    Executable, LocationId, Mode, ParallelExecutionError, Progress, TransactionExecutor, TxIndex,
    Value,
    commit_index::Ownership,
    context::ExecutionContext,
    execution_record::{ExecutionRecord, ReadEntry},
    sync::lock,
    transaction_state::Status,
};

impl<'m, P: Executable> ExecutionContext<'m, P> {
    /// Announces that transactions were executed, and commits what it can unless another worker
    /// does. `executor` has no suspended execution.
    pub(crate) fn announce(&self, executor: &mut P::Executor<'m>) {
        if let Some(ownership) = self.commit_index.announce() {
            self.commit_announced(ownership, executor);
        }
    }

    /// Commits transactions until every announcement is seen, or the ownership is transferred.
    pub(crate) fn commit_announced(&self, ownership: Ownership, executor: &mut P::Executor<'m>) {
        let mut ownership = Some(ownership);
        while let Some(owned) = ownership {
            let kept = self.commit_executed(owned, executor);
            ownership = kept.and_then(|owned| self.commit_index.release(owned));
        }
    }

    /// Commits transactions while the lowest uncommitted one is executed. Returns `None` if the
    /// ownership was transferred to another worker.
    fn commit_executed(
        &self,
        mut ownership: Ownership,
        executor: &mut P::Executor<'m>,
    ) -> Option<Ownership> {
        let worker = executor.view().worker();
        while !self.is_stopped() {
            let committed = self.commit_index.get();
            if committed as usize == self.transactions.len() {
                break;
            }
            let index = TxIndex::new(committed);
            let mut state = lock(self.transaction(index));
            let is_optimistic = match state.status {
                Status::Pending | Status::Executing => break,
                Status::Executed => true,
                Status::Applied => false,
            };
            if state.worker != worker {
                match self.ownership_transfer.offer(state.worker, ownership) {
                    Ok(()) => return None,
                    Err(kept) => ownership = kept,
                }
            }
            let record = state.record.take();
            drop(state);
            let Some(mut record) = record else { break };
            if is_optimistic {
                self.validate(index, &mut record, executor);
            }
            let Some(output) = record.output.take() else {
                break;
            };
            match self.program.commit(index, output) {
                Ok(()) => self.commit_index.advance(&ownership),
                Err(source) => self.stop(ParallelExecutionError::Failed { index, source }),
            }
            executor.view().recycle(record);
        }
        Some(ownership)
    }

    /// Validates the optimistic execution of `index` and commits its write set, or executes the
    /// transaction again. Then `record` has the output of the re-execution; none if that failed
    /// too, which stops the block.
    fn validate(
        &self,
        index: TxIndex,
        record: &mut ExecutionRecord<P>,
        executor: &mut P::Executor<'m>,
    ) {
        let invalid = self.first_invalid_read(&record.read_set);
        if record.output.is_some() && invalid.is_none() {
            for id in &record.published {
                lock(self.memory.cell(*id)).versions.commit(index);
            }
            for (id, write) in &record.deferred {
                lock(self.memory.cell(*id)).versions.apply(write, None);
            }
            return;
        }
        if let Some(id) = invalid {
            let mut cell = lock(self.memory.cell(id));
            cell.visibility.record_failed_validation();
            let writer = cell.versions.last_writer();
            drop(cell);
            if let Some(writer) = writer {
                let parties = self.program.parties(writer);
                self.predictor.record_conflict(writer, id, parties);
            }
        }
        self.insert_estimates(index, &record.published);
        self.counters.re_executions.increment();
        executor.view().log.abort(index, invalid);
        record.output = self.execute_at_commit_index(index, &record.published, executor);
        if record.output.is_some() {
            self.end_execution(index, |state| state.status = Status::Applied);
        }
    }

    /// Returns the first location whose committed value invalidates `read_set`. Without one the
    /// execution would do the same again. Every lower transaction is committed, so no later
    /// validation is needed.
    fn first_invalid_read(&self, read_set: &[ReadEntry<P>]) -> Option<LocationId> {
        let invalid = read_set.iter().find(|(id, read)| {
            lock(self.memory.cell(*id))
                .versions
                .committed_value()
                .is_none_or(|value| !value.validates(read))
        });
        invalid.map(|(id, _)| *id)
    }

    /// Executes `index`, the lowest uncommitted transaction, for the first and only time.
    pub(crate) fn execute_once(&self, index: TxIndex, executor: &mut P::Executor<'m>) {
        let predicted = self.predict_writes(index);
        let output = self.execute_at_commit_index(index, &predicted, executor);
        if output.is_some() {
            let view = executor.view();
            let worker = view.worker();
            let record = view.take_record(output);
            self.end_execution(index, |state| {
                state.worker = worker;
                state.record = Some(record);
                state.status = Status::Applied;
            });
        }
    }

    /// Executes `index` with every lower transaction committed. It waits for nobody, its writes are
    /// committed values at once, and if it fails, so does the block. `estimates` are the locations
    /// of its estimates.
    fn execute_at_commit_index(
        &self,
        index: TxIndex,
        estimates: &[LocationId],
        executor: &mut P::Executor<'m>,
    ) -> Option<P::Output> {
        executor.view().start(index, Mode::AtCommitIndex);
        let mut progress = executor.execute(index, Mode::AtCommitIndex);
        // It waits for no other transaction, so it can resume at once.
        while let Ok(Progress::Suspended) = progress {
            progress = executor.resume(index, Mode::AtCommitIndex);
        }
        executor.view().log.end();
        match progress {
            Ok(Progress::Done(output)) => {
                let mut written = Vec::new();
                for (id, write) in executor.view().drain_writes() {
                    let mut cell = lock(self.memory.cell(id));
                    cell.versions.remove(index);
                    cell.versions.apply(&write, Some(index));
                    if !estimates.is_empty() {
                        written.push(id);
                    }
                }
                self.remove_estimates(index, estimates, &written);
                Some(output)
            }
            Ok(Progress::Suspended) => None,
            Err(source) => {
                // The estimates stay; the stop wakes their readers.
                self.stop(ParallelExecutionError::Failed { index, source });
                None
            }
        }
    }
}
