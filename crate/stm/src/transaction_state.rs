//! State of one transaction.

use crate::{Program, WorkerId, execution_record::ExecutionRecord};

pub(crate) struct TransactionState<P: Program> {
    pub(crate) status: Status,
    /// Worker of the last execution.
    pub(crate) worker: WorkerId,
    /// Workers to wake at the end of the execution.
    pub(crate) waiters: Vec<WorkerId>,
    /// Record of the last execution until it is committed. Boxed, since most transactions have none
    /// at any time.
    pub(crate) record: Option<Box<ExecutionRecord<P>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// No execution is complete. One without estimates may be in progress: to note its start would
    /// cost a lock, and nobody waits for it.
    Pending,
    /// An execution with estimates is in progress: readers of those wait.
    Executing,
    /// The optimistic execution is complete and its write set is published.
    Executed,
    /// The execution at the commit index is complete and its write set is applied to the committed
    /// values. Its output is still to be committed, or is committed.
    Applied,
}

impl<P: Program> Default for TransactionState<P> {
    fn default() -> Self {
        Self {
            status: Status::Pending,
            worker: WorkerId::new(0),
            waiters: Vec::new(),
            record: None,
        }
    }
}
