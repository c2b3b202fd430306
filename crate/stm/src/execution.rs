//! Parallel execution of a block: its start and its end.

use crate::{
    Executable, MvMemory, ParallelExecutionError, Program, Stats, TimelineRecorder, WorkOrder,
    Workers,
    context::ExecutionContext,
    worker::Worker,
    write_predictor::{CallClasses, WritePredictor},
};

/// One parallel execution of a block.
pub struct ParallelExecution<'m, P: Program> {
    context: ExecutionContext<'m, P>,
}

impl<P: Program> std::fmt::Debug for ParallelExecution<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParallelExecution")
            .field("transactions", &self.context.transactions.len())
            .finish()
    }
}

impl<'m, P: Executable> ParallelExecution<'m, P> {
    /// Returns an execution of the transactions of `program` that `order` names, on the committed
    /// values in `memory`, by at most `workers` workers.
    #[must_use]
    pub fn new(
        program: &'m P,
        memory: &'m MvMemory<P::Location, P::Value>,
        order: WorkOrder,
        workers: usize,
    ) -> Self {
        let context = ExecutionContext::new(program, memory, order, workers);
        Self { context }
    }

    /// Predicts writes by the call class of each transaction.
    #[must_use]
    pub fn with_call_classes(mut self, classes: CallClasses) -> Self {
        self.context.predictor = WritePredictor::new(classes);
        self
    }

    /// Records in `recorder` which worker executed which transaction when.
    #[must_use]
    pub fn with_recorder(mut self, recorder: &'m TimelineRecorder<'m>) -> Self {
        self.context.recorder = Some(recorder);
        self
    }

    /// Executes all transactions. Afterwards the committed values of the memory are those after the
    /// last transaction.
    ///
    /// # Errors
    ///
    /// - [`ParallelExecutionError::Failed`]: the lowest transaction that fails with all lower ones
    ///   committed. [`Program::commit`] was called for those.
    /// - [`ParallelExecutionError::Cancelled`]: [`Program::cancelled`] returned true.
    ///
    /// The memory is then of no further use.
    pub fn execute(
        self,
        workers: &impl Workers,
    ) -> Result<Stats, ParallelExecutionError<P::Error>> {
        workers.broadcast(&|worker| self.work(worker));
        self.outcome()
    }

    /// Runs the loop of `worker`.
    pub(crate) fn work(&self, worker: crate::WorkerId) {
        Worker::new(&self.context, worker).work();
    }

    /// Returns the outcome, after all workers have returned.
    pub(crate) fn outcome(&self) -> Result<Stats, ParallelExecutionError<P::Error>> {
        let context = &self.context;
        if let Some(error) = context.take_error() {
            return Err(error);
        }
        if context.commit_index.get() as usize != context.transactions.len() {
            return Err(ParallelExecutionError::Bug {
                invariant: "the last worker left uncommitted transactions",
            });
        }
        Ok(context.counters.read(context.cursor.count()))
    }

    #[cfg(all(test, parevm_loom))]
    pub(crate) fn context(&self) -> &ExecutionContext<'m, P> {
        &self.context
    }
}
