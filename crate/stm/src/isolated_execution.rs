//! Execution of one transaction outside a block, for tests of programs: does its read set hold
//! everything that it depends on?

use crate::{
    Executable, LocationId, Mode, MvMemory, Program, Progress, TransactionExecutor, TxIndex, Value,
    View, WorkOrder, WorkerId, context::ExecutionContext,
};
use std::collections::HashMap;

/// One optimistic execution of one transaction, on the state before the block.
pub struct IsolatedExecution<P: Program> {
    /// Output of the execution.
    pub output: Result<P::Output, P::Error>,
    /// Read set.
    pub reads: Vec<(P::Location, <P::Value as Value>::Read)>,
    /// Write set, deferred writes included.
    pub writes: Vec<(P::Location, <P::Value as Value>::Write)>,
}

impl<P: Executable> IsolatedExecution<P> {
    /// Executes transaction `index` of `program`.
    pub fn of(program: &P, index: TxIndex) -> Self {
        let memory = MvMemory::new(0);
        let order = WorkOrder::in_block_order(index.get() + 1);
        let context = ExecutionContext::new(program, &memory, order, 1);
        let mut executor = program.executor(View::new(&context, WorkerId::new(0)));
        executor.view().start(index, Mode::Optimistic);
        let mut progress = executor.execute(index, Mode::Optimistic);
        let output = loop {
            match progress {
                Ok(Progress::Done(output)) => break Ok(output),
                Ok(Progress::Suspended) => progress = executor.resume(index, Mode::Optimistic),
                Err(error) => break Err(error),
            }
        };
        let record = *executor.view().take_record(None);
        let written: Vec<_> = executor
            .view()
            .drain_writes()
            .chain(record.deferred)
            .collect();

        let mut locations: HashMap<LocationId, P::Location> = HashMap::new();
        memory.for_each_location(|location, id| {
            locations.insert(id, location.clone());
        });
        let location = |id: LocationId| locations.get(&id).cloned();
        Self {
            output,
            reads: (record.read_set.into_iter())
                .filter_map(|(id, read)| Some((location(id)?, read)))
                .collect(),
            writes: (written.into_iter())
                .filter_map(|(id, write)| Some((location(id)?, write)))
                .collect(),
        }
    }
}

impl<P: Program> std::fmt::Debug for IsolatedExecution<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IsolatedExecution")
            .field("reads", &self.reads.len())
            .field("writes", &self.writes.len())
            .finish_non_exhaustive()
    }
}
