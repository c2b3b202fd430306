//! How transactions become final: at the frontier, in order, by one worker at a
//! time.

use crate::{
    Executor, LocationId, Mode, Program, RunError, TxIndex, Value,
    frontier::Ownership,
    program::Step,
    run::Shared,
    sync::lock,
    task::{Phase, Read, Record},
};

impl<'m, P: Program> Shared<'m, P> {
    /// Tells the frontier that transactions have run, and moves it unless
    /// somebody else does. `executor` is in the middle of no run.
    pub(crate) fn announce(&self, executor: &mut P::Executor<'m>) {
        if let Some(ownership) = self.frontier.announce() {
            self.own(ownership, executor);
        }
    }

    /// Moves the frontier until nothing is left to see, or the ownership is
    /// handed over.
    pub(crate) fn own(&self, ownership: Ownership, executor: &mut P::Executor<'m>) {
        let mut ownership = Some(ownership);
        while let Some(owned) = ownership {
            let kept = self.move_frontier(owned, executor);
            ownership = kept.and_then(|owned| self.frontier.retire(owned));
        }
    }

    /// Settles transactions while the lowest one that is not final has run.
    /// `None` if another worker goes on with that.
    fn move_frontier(
        &self,
        mut ownership: Ownership,
        executor: &mut P::Executor<'m>,
    ) -> Option<Ownership> {
        let worker = executor.view().worker();
        while !self.is_stopped() {
            let settled = self.frontier.settled();
            if settled as usize == self.tasks.len() {
                break;
            }
            let index = TxIndex::new(settled);
            let mut task = lock(self.task(index));
            let is_guess = match task.phase {
                Phase::Ready | Phase::Running => break,
                Phase::Executed => true,
                Phase::Finished => false,
            };
            if task.worker != worker {
                match self.handover.offer(task.worker, ownership) {
                    Ok(()) => return None,
                    Err(kept) => ownership = kept,
                }
            }
            let record = task.record.take();
            drop(task);
            let Some(mut record) = record else { break };
            if is_guess {
                self.decide(index, &mut record, executor);
            }
            let Some(output) = record.output.take() else {
                break;
            };
            match self.program.settle(index, output) {
                Ok(()) => self.frontier.advance(&ownership),
                Err(source) => self.stop(RunError::Failed { index, source }),
            }
            executor.view().keep_room(record);
        }
        Some(ownership)
    }

    /// Validates the first run of `index`, and runs it again if that fails. Then
    /// `record` has the output of the final run; none if that failed too, which
    /// ends the block.
    fn decide(&self, index: TxIndex, record: &mut Record<P>, executor: &mut P::Executor<'m>) {
        let failed = self.first_to_fail(&record.reads);
        if record.output.is_some() && failed.is_none() {
            for id in &record.written {
                lock(self.memory.cell(*id)).settle(index);
            }
            for (id, patch) in &record.blind {
                lock(self.memory.cell(*id)).apply(patch, None);
            }
            return;
        }
        if let Some(id) = failed {
            let mut cell = lock(self.memory.cell(id));
            cell.miss();
            let writer = cell.final_writer();
            drop(cell);
            writer.inspect(|writer| {
                let parties = self.program.parties(*writer);
                self.predictor.learn(*writer, id, parties);
            });
        }
        self.mark(index, &record.written);
        self.counters.re_executions.raise();
        executor.view().log.throw_away(index, failed);
        record.output = self.run_final(index, &record.written, executor);
        if record.output.is_some() {
            self.end_run(index, |task| task.phase = Phase::Finished);
        }
    }

    /// The first location whose final value is not what a run with these reads
    /// relied on; with none it would do the same again. Every lower transaction
    /// is final, so this is the last word.
    fn first_to_fail(&self, reads: &[Read<P>]) -> Option<LocationId> {
        let failed = reads.iter().find(|(id, check)| {
            lock(self.memory.cell(*id))
                .final_value()
                .is_none_or(|value| !value.admits(check))
        });
        failed.map(|(id, _)| *id)
    }

    /// Runs `index` when everything below is final already: its first run is
    /// its final run.
    pub(crate) fn run_alone(&self, index: TxIndex, executor: &mut P::Executor<'m>) {
        let expected = self.expect(index);
        let output = self.run_final(index, &expected, executor);
        if output.is_some() {
            let view = executor.view();
            let worker = view.worker();
            let record = view.take_record(output);
            self.end_run(index, |task| {
                task.worker = worker;
                task.record = Some(record);
                task.phase = Phase::Finished;
            });
        }
    }

    /// Runs `index` when everything below is final. It waits for nobody, its
    /// writes are final values at once, and its result is the last word: if it
    /// fails, so does the block. `marked` is where it has marks.
    fn run_final(
        &self,
        index: TxIndex,
        marked: &[LocationId],
        executor: &mut P::Executor<'m>,
    ) -> Option<P::Output> {
        executor.view().begin(index, Mode::Final);
        let mut ran = executor.execute(index, Mode::Final);
        // No other transaction is in its way, so it can go on at once.
        while let Ok(Step::Suspended) = ran {
            ran = executor.resume(index, Mode::Final);
        }
        executor.view().log.end();
        match ran {
            Ok(Step::Done(output)) => {
                let mut written = Vec::new();
                for (id, patch) in executor.view().drain() {
                    let mut cell = lock(self.memory.cell(id));
                    cell.withdraw(index);
                    cell.apply(&patch, Some(index));
                    if !marked.is_empty() {
                        written.push(id);
                    }
                }
                self.take_back(index, marked, &written);
                Some(output)
            }
            Ok(Step::Suspended) => None,
            Err(source) => {
                // The marks stay, and who waits there is woken by the stop.
                self.stop(RunError::Failed { index, source });
                None
            }
        }
    }
}
