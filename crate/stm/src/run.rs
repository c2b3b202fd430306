//! The loop every worker runs.
//!
//! A worker claims transactions and gives each a first run. A worker that has finished one
//! announces it at the frontier, and if nobody owns the frontier, moves it:
//! validates the lowest transaction that is not final, settles it if it stands,
//! runs it again in final mode if it does not. A worker that finds nothing to
//! claim leaves; whoever finishes last moves the frontier to the end.

use crate::{
    Claims, Executor, LocationId, Memory, Mode, Program, RunError, Stats, TxIndex, Value, View,
    WorkerId, Workers,
    claims::Cursor,
    frontier::{Frontier, Ownership},
    predictor::{Kinds, Predictor},
    stats::Counters,
    sync::{AtomicBool, Mutex, Ordering, lock},
    task::{Phase, Read, Record, Task, TaskState},
    timeline::Recorder,
    wait::Beds,
};

/// Fewer conflicts than these are no sign of a chain.
const CONFLICTS_BEFORE_LEAVING: u32 = 12;
/// A block in which each conflict comes with fewer claims is a chain: nothing
/// is gained by guessing.
const CLAIMS_PER_CONFLICT: u32 = 2;

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
    pub(crate) predictor: Predictor,
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
    /// A run of the transactions of `program` that `claims` names, on top of the
    /// final values in `memory`, by at most `workers` workers.
    #[must_use]
    pub fn new(
        program: &'m P,
        memory: &'m Memory<P::Location, P::Value>,
        claims: Claims,
        workers: usize,
    ) -> Self {
        let shared = Shared {
            program,
            memory,
            recorder: None,
            tasks: (0..claims.count())
                .map(|_| Mutex::new(TaskState::default()))
                .collect(),
            cursor: Cursor::new(claims),
            predictor: Predictor::new(Kinds::default()),
            frontier: Frontier::new(),
            beds: Beds::new(workers),
            counters: Counters::default(),
            stopped: AtomicBool::new(false),
            error: Mutex::new(None),
        };
        Self { shared }
    }

    /// Has transactions of one kind expected to write where others of it wrote.
    #[must_use]
    pub fn predicted_by(mut self, kinds: Kinds) -> Self {
        self.shared.predictor = Predictor::new(kinds);
        self
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
        Ok(shared.counters.read(shared.cursor.count()))
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
        while !self.is_superfluous(worker) {
            let Some(batch) = self.cursor.claim() else {
                return;
            };
            // Asked once: the frontier is another worker's to write, mostly. A
            // batch that begins there stays there.
            let is_alone = (batch.clone().next()).is_some_and(|first| self.is_frontier(first));
            let mut is_announced = true;
            for index in batch {
                if self.is_stopped() {
                    return;
                }
                is_announced = is_alone && self.is_frontier(index);
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

    fn is_frontier(&self, index: TxIndex) -> bool {
        self.frontier.settled() == index.get()
    }

    /// Whether this worker should leave the rest to others. Where transactions
    /// are in each other's way all the time, one worker that never guesses is
    /// faster than several that do. The first one always stays.
    fn is_superfluous(&self, worker: WorkerId) -> bool {
        let conflicts = self.counters.conflicts();
        worker.get() > 0
            && conflicts >= CONFLICTS_BEFORE_LEAVING
            && conflicts.saturating_mul(CLAIMS_PER_CONFLICT) >= self.cursor.claimed()
    }

    /// Runs `index` on a guess of what the lower transactions leave.
    fn run_first(&self, index: TxIndex, executor: &mut P::Executor<'m>) {
        let guard = StopUnlessDone {
            shared: self,
            index,
        };
        let expected = self.expect(index);
        executor.view().begin(index, Mode::Optimistic);
        let output = executor.execute(index, Mode::Optimistic).ok().map(Box::new);
        let mut record = executor.view().take_record();
        // A failed run leaves no writes: what it saw may never have been.
        if output.is_some() {
            for (id, patch) in executor.view().drain_visible() {
                lock(self.memory.cell(id)).put(index, patch);
                record.written.push(id);
            }
        }
        self.take_back(index, &expected, &record.written);
        executor.view().log.end();
        self.end_run(index, |task| {
            task.record = record;
            task.output = output;
            task.phase = Phase::Executed;
        });
        std::mem::forget(guard);
    }

    /// Runs `index` when everything below is final already: its first run is
    /// its final run.
    fn run_alone(&self, index: TxIndex, executor: &mut P::Executor<'m>) {
        let expected = self.expect(index);
        if let Some(output) = self.run_final(index, &expected, executor) {
            self.end_run(index, |task| {
                task.output = Some(Box::new(output));
                task.phase = Phase::Finished;
            });
        }
    }

    /// Marks where `index` is expected to write, and says where that is.
    fn expect(&self, index: TxIndex) -> Vec<LocationId> {
        let expected = self.predictor.expect(index);
        if !expected.is_empty() {
            self.mark(index, &expected);
        }
        expected
    }

    /// Has readers of `places` wait until the run of `index` that begins is over.
    fn mark(&self, index: TxIndex, places: &[LocationId]) {
        // Before the marks: a reader that meets a mark finds the writer running,
        // or done and the mark gone.
        lock(self.task(index)).phase = Phase::Running;
        for id in places {
            lock(self.memory.cell(*id)).expect(index);
        }
    }

    /// Takes back the marks of `index` where it did not write after all.
    fn take_back(&self, index: TxIndex, expected: &[LocationId], written: &[LocationId]) {
        if expected.is_empty() {
            return;
        }
        for id in expected.iter().filter(|id| !written.contains(id)) {
            lock(self.memory.cell(*id)).withdraw(index);
        }
        self.predictor.review(index, expected, written);
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
                Phase::Ready | Phase::Running => return,
            };
            let Some(output) = output else { return };
            match self.program.settle(index, *output) {
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
        guess: Option<Box<P::Output>>,
        executor: &mut P::Executor<'m>,
    ) -> Option<Box<P::Output>> {
        let failed = self.first_to_fail(&record.reads);
        if guess.is_some() && failed.is_none() {
            for id in record.written {
                lock(self.memory.cell(id)).settle(index);
            }
            for (id, patch) in record.blind {
                lock(self.memory.cell(id)).apply(&patch, None);
            }
            return guess;
        }
        if let Some(id) = failed {
            let writer = lock(self.memory.cell(id)).final_writer();
            writer.inspect(|writer| self.predictor.learn(*writer, id));
        }
        self.mark(index, &record.written);
        self.counters.re_executions.raise();
        executor.view().log.throw_away(index, failed);
        let output = self.run_final(index, &record.written, executor)?;
        self.end_run(index, |task| task.phase = Phase::Finished);
        Some(Box::new(output))
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
    /// fails, so does the block. `marked` is where it has marks.
    fn run_final(
        &self,
        index: TxIndex,
        marked: &[LocationId],
        executor: &mut P::Executor<'m>,
    ) -> Option<P::Output> {
        let guard = StopUnlessDone {
            shared: self,
            index,
        };
        executor.view().begin(index, Mode::Final);
        let result = executor.execute(index, Mode::Final);
        executor.view().log.end();
        match result {
            Ok(output) => {
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

    /// Ends a run of `index`: its marks are gone and its writes in the memory,
    /// or the block has failed. Wakes who waited.
    fn end_run(&self, index: TxIndex, end: impl FnOnce(&mut TaskState<P>)) {
        let mut task = lock(self.task(index));
        end(&mut task);
        self.beds.wake(&mut task.waiters);
    }

    /// Sleeps until the run of `writer`, which is lower than what `worker` runs,
    /// is over. Returns at once if it is over already.
    pub(crate) fn wait_for(&self, writer: TxIndex, worker: WorkerId) {
        let mut task = lock(self.task(writer));
        // Checked under the lock that wakes: either the writer still runs and
        // will find this waiter, or its writes are in the memory.
        if task.phase != Phase::Running {
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
        self.shared
            .end_run(self.index, |task| task.phase = Phase::Finished);
    }
}
