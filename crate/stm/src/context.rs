//! Execution context: the state that all workers of a parallel execution share.
//!
//! The loop of a worker is in [`crate::worker`], the commit in [`crate::commit`], and the wait for
//! another transaction in [`crate::estimates`].

use crate::{
    MvMemory, ParallelExecutionError, Program, TxIndex, WorkCursor, WorkOrder,
    chain_detector::ChainDetector,
    commit_index::CommitIndex,
    ownership_transfer::OwnershipTransfer,
    parker::Parkers,
    stats::Counters,
    sync::{AtomicBool, Mutex, Ordering, lock},
    timeline::TimelineRecorder,
    transaction_state::TransactionState,
    write_predictor::{CallClasses, WritePredictor},
};

pub(crate) struct ExecutionContext<'m, P: Program> {
    pub(crate) program: &'m P,
    pub(crate) memory: &'m MvMemory<P::Location, P::Value>,
    pub(crate) recorder: Option<&'m TimelineRecorder<'m>>,
    pub(crate) transactions: Box<[Mutex<TransactionState<P>>]>,
    pub(crate) cursor: WorkCursor,
    pub(crate) chain_detector: ChainDetector,
    pub(crate) predictor: WritePredictor,
    pub(crate) commit_index: CommitIndex,
    pub(crate) ownership_transfer: OwnershipTransfer,
    pub(crate) parkers: Parkers,
    pub(crate) counters: Counters,
    is_stopped: AtomicBool,
    error: Mutex<Option<ParallelExecutionError<P::Error>>>,
}

impl<'m, P: Program> ExecutionContext<'m, P> {
    pub(crate) fn new(
        program: &'m P,
        memory: &'m MvMemory<P::Location, P::Value>,
        order: WorkOrder,
        workers: usize,
    ) -> Self {
        Self {
            program,
            memory,
            recorder: None,
            transactions: (0..order.count())
                .map(|_| Mutex::new(TransactionState::default()))
                .collect(),
            cursor: WorkCursor::new(order),
            chain_detector: ChainDetector::new(),
            predictor: WritePredictor::new(CallClasses::default()),
            commit_index: CommitIndex::new(),
            ownership_transfer: OwnershipTransfer::new(workers),
            parkers: Parkers::new(workers),
            counters: Counters::default(),
            is_stopped: AtomicBool::new(false),
            error: Mutex::new(None),
        }
    }

    pub(crate) fn transaction(&self, index: TxIndex) -> &Mutex<TransactionState<P>> {
        &self.transactions[index.as_usize()]
    }

    /// Returns whether `index` is the lowest uncommitted transaction.
    pub(crate) fn is_at_commit_index(&self, index: TxIndex) -> bool {
        self.commit_index.get() == index.get()
    }

    /// Returns whether the block was stopped or is cancelled: it has no result any more.
    pub(crate) fn is_stopped(&self) -> bool {
        // Acquire: pairs with the Release in `halt`.
        if self.is_stopped.load(Ordering::Acquire) {
            return true;
        }
        let cancelled = self.program.cancelled();
        if cancelled {
            self.stop(ParallelExecutionError::Cancelled {
                committed: self.commit_index.get(),
            });
        }
        cancelled
    }

    /// Stops the block with `error`, unless it has stopped with another.
    pub(crate) fn stop(&self, error: ParallelExecutionError<P::Error>) {
        lock(&self.error).get_or_insert(error);
        self.halt();
    }

    /// Stops the block. A parked worker wakes and finds the flag; one about to park finds the wake.
    pub(crate) fn halt(&self) {
        self.is_stopped.store(true, Ordering::Release);
        self.parkers.wake_all();
    }

    /// Takes the error with which the block was stopped.
    pub(crate) fn take_error(&self) -> Option<ParallelExecutionError<P::Error>> {
        lock(&self.error).take()
    }
}
