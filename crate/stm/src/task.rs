//! The state of one transaction.

use crate::{LocationId, Program, Value, WorkerId, sync::Mutex};

pub(crate) type Task<P> = Mutex<TaskState<P>>;

pub(crate) struct TaskState<P: Program> {
    pub(crate) phase: Phase,
    /// Workers that sleep until this transaction stops running.
    pub(crate) waiters: Vec<WorkerId>,
    /// Where this transaction has a pending patch.
    pub(crate) written: Vec<LocationId>,
    /// What its first run relied on.
    pub(crate) reads: Vec<Read<P>>,
    /// What its last run returned; `None` if that run failed.
    pub(crate) output: Option<P::Output>,
}

pub(crate) type Read<P> = (LocationId, <<P as Program>::Value as Value>::Check);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Not started.
    Ready,
    /// A worker runs it, in either mode.
    Running,
    /// The first run is over and its writes are in the memory.
    Executed,
    /// A final run is over and its writes are final values.
    Finished,
    /// Its result has been handed over.
    Settled,
}

impl<P: Program> Default for TaskState<P> {
    fn default() -> Self {
        Self {
            phase: Phase::Ready,
            waiters: Vec::new(),
            written: Vec::new(),
            reads: Vec::new(),
            output: None,
        }
    }
}
