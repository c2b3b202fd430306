//! The state of one transaction.

use crate::{LocationId, Program, Value, WorkerId, sync::Mutex, view::Write};

pub(crate) type Task<P> = Mutex<TaskState<P>>;

pub(crate) struct TaskState<P: Program> {
    pub(crate) phase: Phase,
    /// Who ran it last.
    pub(crate) worker: WorkerId,
    /// Workers that are to be woken when the run is over.
    pub(crate) waiters: Vec<WorkerId>,
    /// What the last run left for the frontier. Boxed, since most tasks have none
    /// at any time.
    pub(crate) record: Option<Box<Record<P>>>,
}

/// What a run returned, and if it ran on a guess, what it relied on and where its
/// patches are.
pub(crate) struct Record<P: Program> {
    /// `None` if the run failed.
    pub(crate) output: Option<P::Output>,
    pub(crate) reads: Vec<Read<P>>,
    /// Locations with a pending patch.
    pub(crate) written: Vec<LocationId>,
    /// Patches that nobody sees before they are final.
    pub(crate) blind: Vec<Write<P>>,
}

pub(crate) type Read<P> = (LocationId, <<P as Program>::Value as Value>::Check);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Not run yet, or running without a mark anywhere.
    Ready,
    /// Running, with marks where it is expected to write: readers of those wait.
    Running,
    /// The first run is over and its writes are in the memory.
    Executed,
    /// The final run is over and its writes are final values.
    Finished,
}

impl<P: Program> Default for TaskState<P> {
    fn default() -> Self {
        Self {
            phase: Phase::Ready,
            worker: WorkerId::new(0),
            waiters: Vec::new(),
            record: None,
        }
    }
}

impl<P: Program> Default for Record<P> {
    fn default() -> Self {
        Self {
            output: None,
            reads: Vec::new(),
            written: Vec::new(),
            blind: Vec::new(),
        }
    }
}
