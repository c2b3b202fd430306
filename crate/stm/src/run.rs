//! One block on its way: what its workers share, and how it begins and ends.
//!
//! What a worker does is told in [`crate::worker`], how transactions become
//! final in [`crate::settle`], how a run waits for another in [`crate::marks`].

use crate::{
    Memory, Program, RunError, Stats, TxIndex, WorkCursor, WorkOrder, Workers,
    chain::Chain,
    frontier::Frontier,
    handover::Handover,
    predictor::{Kinds, Predictor},
    stats::Counters,
    sync::{AtomicBool, Mutex, Ordering, lock},
    task::{Task, TaskState},
    timeline::Recorder,
    wait::Beds,
    worker::Worker,
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
    pub(crate) tasks: Box<[Task<P>]>,
    pub(crate) cursor: WorkCursor,
    pub(crate) chain: Chain,
    pub(crate) predictor: Predictor,
    pub(crate) frontier: Frontier,
    pub(crate) handover: Handover,
    pub(crate) beds: Beds,
    pub(crate) counters: Counters,
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
    /// A run of the transactions of `program` that `order` names, on top of the
    /// final values in `memory`, by at most `workers` workers.
    #[must_use]
    pub fn new(
        program: &'m P,
        memory: &'m Memory<P::Location, P::Value>,
        order: WorkOrder,
        workers: usize,
    ) -> Self {
        let shared = Shared {
            program,
            memory,
            recorder: None,
            tasks: (0..order.count())
                .map(|_| Mutex::new(TaskState::default()))
                .collect(),
            cursor: WorkCursor::new(order),
            chain: Chain::new(),
            predictor: Predictor::new(Kinds::default()),
            frontier: Frontier::new(),
            handover: Handover::new(workers),
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
        workers.broadcast(&|worker| Worker::new(shared, worker).work());
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
    pub(crate) fn work(&self, worker: crate::WorkerId) {
        Worker::new(&self.shared, worker).work();
    }
}

impl<P: Program> Shared<'_, P> {
    pub(crate) fn task(&self, index: TxIndex) -> &Task<P> {
        &self.tasks[index.as_usize()]
    }

    /// Whether everything below `index` is final.
    pub(crate) fn is_frontier(&self, index: TxIndex) -> bool {
        self.frontier.settled() == index.get()
    }

    /// Whether the block has no result any more, whatever is done.
    pub(crate) fn is_stopped(&self) -> bool {
        // Acquire: pairs with the Release in `halt`.
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

    /// Ends the block with `error`, unless it has ended with another.
    pub(crate) fn stop(&self, error: RunError<P::Error>) {
        lock(&self.error).get_or_insert(error);
        self.halt();
    }

    /// Ends the block. Who sleeps wakes and finds the flag; who has not looked
    /// yet finds a wake that came before its sleep.
    pub(crate) fn halt(&self) {
        self.stopped.store(true, Ordering::Release);
        self.beds.wake_all();
    }
}
