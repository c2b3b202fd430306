//! Record of a complete execution, which the owner of the commit index validates and commits.

use crate::{LocationId, Program, Value};

/// Output of an execution, and of an optimistic one its read set and where its writes are.
pub(crate) struct ExecutionRecord<P: Program> {
    /// `None` if the execution failed.
    pub(crate) output: Option<P::Output>,
    pub(crate) read_set: Vec<ReadEntry<P>>,
    /// Locations with a pending version of this execution.
    pub(crate) published: Vec<LocationId>,
    /// Writes that no reader sees before they are committed.
    pub(crate) deferred: Vec<WriteEntry<P>>,
}

pub(crate) type ReadEntry<P> = (LocationId, <<P as Program>::Value as Value>::Read);
pub(crate) type WriteEntry<P> = (LocationId, <<P as Program>::Value as Value>::Write);

impl<P: Program> Default for ExecutionRecord<P> {
    fn default() -> Self {
        Self {
            output: None,
            read_set: Vec::new(),
            published: Vec::new(),
            deferred: Vec::new(),
        }
    }
}

impl<P: Program> ExecutionRecord<P> {
    /// Empties the record and keeps its allocations.
    pub(crate) fn clear(&mut self) {
        self.output = None;
        self.read_set.clear();
        self.published.clear();
        self.deferred.clear();
    }
}
