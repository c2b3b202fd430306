//! The loop every worker runs.
//!
//! First runs are claimed in block order. A worker that has finished one
//! announces it at the frontier, and if nobody owns the frontier, moves it:
//! validates the lowest transaction that is not final, settles it if it stands,
//! runs it again in final mode if it does not. A worker that finds nothing to
//! claim leaves; whoever finishes last moves the frontier to the end.

use crate::{
    Executor, LocationId, Memory, Mode, Program, RunError, Stats, TxIndex, Value, View, WorkerId,
    Workers,
    cursor::Cursor,
    frontier::{Frontier, Ownership},
    stats::Counters,
    sync::{AtomicBool, Mutex, Ordering, lock},
    task::{Phase, Read, Record, Task, TaskState},
    timeline::Recorder,
    wait::Beds,
};

/// One block on its way.
pub struct Run<'m, P: Program> {
    shared: Shared<'m, P>,
}

/// What all workers of a run see.
pub(crate) struct Shared<'m, P: Program> {
    pub(crate) program: &'m P,
    pub(crate) memory: &'m Memory<P::Location, P::Value>,
    pub(crate) recorder: Option<&'m Recorder<'m>>,
    tasks: Box<[Task<P>]>,
    cursor: Cursor,
    frontier: Frontier,
    beds: Beds,
    counters: Counters,
    stopped: AtomicBool,
    error: Mutex<Option<RunError<P::Error>>>,
}

impl<P: Program> std::fmt::Debug for Run<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("transactions", &self.shared.tasks.len())
            .finish()
    }
}

impl<'m, P: Program> Run<'m, P> {
    /// A run of the transactions `0..count` of `program`, on top of the final
    /// values in `memory`, by at most `workers` workers.
    #[must_use]
    pub fn new(
        program: &'m P,
        memory: &'m Memory<P::Location, P::Value>,
        count: u32,
        workers: usize,
    ) -> Self {
        let shared = Shared {
            program,
            memory,
            recorder: None,
            tasks: (0..count)
                .map(|_| Mutex::new(TaskState::default()))
                .collect(),
            cursor: Cursor::new(count),
            frontier: Frontier::new(),
            beds: Beds::new(workers),
            counters: Counters::default(),
            stopped: AtomicBool::new(false),
            error: Mutex::new(None),
        };
        Self { shared }
    }

    /// Has `recorder` told what each worker does when.
    #[must_use]
    pub fn recorded_by(mut self, recorder: &'m Recorder<'m>) -> Self {
        self.shared.recorder = Some(recorder);
        self
    }

    /// Runs all transactions. Afterwards the memory's final values are those
    /// after the last transaction.
    ///
    /// # Errors
    ///
    /// - [`RunError::Failed`]: the lowest transaction that has no output when
    ///   run after all lower ones. [`Program::settle`] was called for those.
    /// - [`RunError::Cancelled`]: [`Program::cancelled`] returned true.
    ///
    /// The memory is then of no further use.
    pub fn execute(self, workers: &impl Workers) -> Result<Stats, RunError<P::Error>> {
        let shared = &self.shared;
        workers.broadcast(&|worker| shared.work(worker));
        self.outcome()
    }

    /// What the workers left, after all of them have returned.
    pub(crate) fn outcome(&self) -> Result<Stats, RunError<P::Error>> {
        let shared = &self.shared;
        if let Some(error) = lock(&shared.error).take() {
            return Err(error);
        }
        if shared.frontier.settled() as usize != shared.tasks.len() {
            return Err(RunError::Bug {
                invariant: "the last worker leaves a settled block",
            });
        }
        Ok(shared.counters.read())
    }

    pub(crate) fn shared(&self) -> &Shared<'m, P> {
        &self.shared
    }

    #[cfg(parevm_loom)]
    pub(crate) fn work(&self, worker: WorkerId) {
        self.shared.work(worker);
    }
}

impl<'m, P: Program> Shared<'m, P> {
    fn work(&'m self, worker: WorkerId) {
        let mut executor = self.program.executor(View::new(self, worker));
        while let Some(batch) = self.cursor.claim(|first| self.program.batch(first)) {
            let mut is_announced = true;
            for index in batch {
                if self.is_stopped() {
                    return;
                }
                is_announced = self.frontier.settled() == index.get();
                if is_announced {
                    self.run_alone(index, &mut executor);
                    self.announce(&mut executor);
                } else {
                    self.run_first(index, &mut executor);
                }
            }
            if !is_announced {
                self.announce(&mut executor);
            }
        }
    }

    /// Runs `index` on a guess of what the lower transactions leave.
    fn run_first(&self, index: TxIndex, executor: &mut P::Executor<'m>) {
        let guard = StopUnlessDone {
            shared: self,
            index,
        };
        executor.view().begin(index, Mode::Optimistic);
        let output = executor.execute(index, Mode::Optimistic).ok();
        self.counters.executions.raise();
        let mut record = executor.view().take_record();
        // A failed run leaves no writes: what it saw may never have been.
        if output.is_some() {
            for (id, patch) in executor.view().drain_visible() {
                lock(self.memory.cell(id)).put(index, patch);
                record.written.push(id);
            }
        }
        executor.view().log.end();
        let mut task = lock(self.task(index));
        task.record = record;
        task.output = output;
        task.phase = Phase::Executed;
        drop(task);
        std::mem::forget(guard);
    }

    /// Runs `index` when everything below is final already: its first run is
    /// its final run.
    fn run_alone(&self, index: TxIndex, executor: &mut P::Executor<'m>) {
        if let Some(output) = self.run_final(index, &[], executor) {
            let mut task = lock(self.task(index));
            task.output = Some(output);
            task.phase = Phase::Finished;
        }
    }

    /// Tells the frontier that transactions have run, and moves it unless
    /// somebody else does.
    fn announce(&self, executor: &mut P::Executor<'m>) {
        let mut ownership = self.frontier.announce();
        while let Some(owned) = ownership {
            self.move_frontier(&owned, executor);
            ownership = self.frontier.retire(owned);
        }
    }

    /// Settles transactions while the lowest one that is not final has run.
    fn move_frontier(&self, ownership: &Ownership, executor: &mut P::Executor<'m>) {
        while !self.is_stopped() {
            let settled = self.frontier.settled();
            if settled as usize == self.tasks.len() {
                return;
            }
            let index = TxIndex::new(settled);
            let mut task = lock(self.task(index));
            let output = match task.phase {
                Phase::Executed => {
                    let record = std::mem::take(&mut task.record);
                    let guess = task.output.take();
                    drop(task);
                    self.decide(index, record, guess, executor)
                }
                Phase::Finished => task.output.take(),
                Phase::Ready | Phase::Rerunning => return,
            };
            let Some(output) = output else { return };
            match self.program.settle(index, output) {
                Ok(()) => self.frontier.advance(ownership),
                Err(source) => self.stop(RunError::Failed { index, source }),
            }
        }
    }

    /// Validates the first run of `index`, and runs it again if that fails.
    /// `None` ends the block: the final run failed.
    fn decide(
        &self,
        index: TxIndex,
        record: Record<P>,
        guess: Option<P::Output>,
        executor: &mut P::Executor<'m>,
    ) -> Option<P::Output> {
        let failed = self.first_to_fail(&record.reads);
        if guess.is_some() && failed.is_none() {
            for id in record.written {
                lock(self.memory.cell(id)).settle(index);
            }
            for (id, patch) in record.blind {
                lock(self.memory.cell(id)).apply(&patch);
            }
            return guess;
        }
        // Rerunning comes before the marks: a reader that meets a mark finds
        // the writer running, or done and the mark gone.
        lock(self.task(index)).phase = Phase::Rerunning;
        for id in &record.written {
            lock(self.memory.cell(*id)).distrust(index);
        }
        self.counters.re_executions.raise();
        executor.view().log.throw_away(index, failed);
        let output = self.run_final(index, &record.written, executor)?;
        self.end_run(index);
        Some(output)
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

    /// Runs `index` when everything below is final. It waits for nobody, its
    /// writes are final values at once, and its result is the last word: if it
    /// fails, so does the block. `pending` is where it has patches, which are
    /// taken back.
    fn run_final(
        &self,
        index: TxIndex,
        pending: &[LocationId],
        executor: &mut P::Executor<'m>,
    ) -> Option<P::Output> {
        let guard = StopUnlessDone {
            shared: self,
            index,
        };
        executor.view().begin(index, Mode::Final);
        let result = executor.execute(index, Mode::Final);
        self.counters.executions.raise();
        executor.view().log.end();
        match result {
            Ok(output) => {
                for (id, patch) in executor.view().drain() {
                    let mut cell = lock(self.memory.cell(id));
                    cell.withdraw(index);
                    cell.apply(&patch);
                }
                for id in pending {
                    lock(self.memory.cell(*id)).withdraw(index);
                }
                std::mem::forget(guard);
                Some(output)
            }
            Err(source) => {
                // The guard wakes who waits, and the marks stay: they must see
                // the stop when they look again.
                self.stop(RunError::Failed { index, source });
                None
            }
        }
    }

    /// Ends the final run of `index`: its writes are in the memory, or the block
    /// has failed. Wakes who waited.
    fn end_run(&self, index: TxIndex) {
        let mut task = lock(self.task(index));
        task.phase = Phase::Finished;
        self.beds.wake(std::mem::take(&mut task.waiters));
    }

    /// Sleeps until `writer`, which is lower than what `worker` runs, has
    /// been run again. Returns at once if it is not being run again.
    pub(crate) fn wait_for(&self, writer: TxIndex, worker: WorkerId) {
        let mut task = lock(self.task(writer));
        // Checked under the lock that wakes: either the writer still runs and
        // will find this waiter, or its writes are in the memory.
        if task.phase != Phase::Rerunning {
            return;
        }
        task.waiters.push(worker);
        drop(task);
        self.counters.waits.raise();
        self.beds.sleep(worker);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        // Acquire: pairs with the Release of who stopped the run.
        if self.stopped.load(Ordering::Acquire) {
            return true;
        }
        let cancelled = self.program.cancelled();
        if cancelled {
            self.stop(RunError::Cancelled {
                settled: self.frontier.settled(),
            });
        }
        cancelled
    }

    fn stop(&self, error: RunError<P::Error>) {
        lock(&self.error).get_or_insert(error);
        self.stopped.store(true, Ordering::Release);
    }

    fn task(&self, index: TxIndex) -> &Task<P> {
        &self.tasks[index.as_usize()]
    }
}

/// Stops the run when a run ends without a result, so that no worker waits for
/// ever: a final run that failed, or a panic of the program.
struct StopUnlessDone<'a, 'm, P: Program> {
    shared: &'a Shared<'m, P>,
    index: TxIndex,
}

impl<P: Program> Drop for StopUnlessDone<'_, '_, P> {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        // Nobody may begin to wait from here on.
        self.shared.end_run(self.index);
    }
}
