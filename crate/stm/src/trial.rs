//! One run of one transaction outside a block, for tests of programs: is what a
//! run says it relies on all that it relies on?

use crate::{
    LocationId, Memory, Mode, Program, Run, TxIndex, Value, View, WorkOrder, WorkerId,
    program::{Executor, Step},
};
use std::collections::HashMap;

/// What one run on a guess did.
pub struct Trial<P: Program> {
    /// What the run returned.
    pub output: Result<P::Output, P::Error>,
    /// Where it read, and what it relies on there.
    pub reads: Vec<(P::Location, <P::Value as Value>::Check)>,
    /// Where it wrote, and what.
    pub writes: Vec<(P::Location, <P::Value as Value>::Patch)>,
}

impl<P: Program> Trial<P> {
    /// Runs transaction `index` of `program` on the state before the block, the
    /// way first runs are done.
    pub fn of(program: &P, index: TxIndex) -> Self {
        let memory = Memory::new(0);
        let run = Run::new(
            program,
            &memory,
            WorkOrder::in_block_order(index.get() + 1),
            1,
        );
        let mut executor = program.executor(View::new(run.shared(), WorkerId::new(0)));
        executor.view().begin(index, Mode::Optimistic);
        let mut ran = executor.execute(index, Mode::Optimistic);
        let output = loop {
            match ran {
                Ok(Step::Done(output)) => break Ok(output),
                Ok(Step::Suspended) => ran = executor.resume(index, Mode::Optimistic),
                Err(error) => break Err(error),
            }
        };
        let record = *executor.view().take_record(None);
        let written: Vec<_> = executor.view().drain().chain(record.blind).collect();

        let mut names: HashMap<LocationId, P::Location> = HashMap::new();
        memory.for_each_location(|location, id| {
            names.insert(id, location.clone());
        });
        let named = |id: LocationId| names.get(&id).cloned();
        Self {
            output,
            reads: (record.reads.into_iter())
                .filter_map(|(id, check)| Some((named(id)?, check)))
                .collect(),
            writes: (written.into_iter())
                .filter_map(|(id, patch)| Some((named(id)?, patch)))
                .collect(),
        }
    }
}

impl<P: Program> std::fmt::Debug for Trial<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trial")
            .field("reads", &self.reads.len())
            .field("writes", &self.writes.len())
            .finish_non_exhaustive()
    }
}
