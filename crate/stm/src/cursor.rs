//! Hands out first runs, in block order.

use crate::{
    TxIndex,
    sync::{AtomicU32, Ordering},
};

/// The lowest transaction that no worker has claimed.
pub(crate) struct Cursor {
    next: AtomicU32,
    count: u32,
}

impl Cursor {
    pub(crate) fn new(count: u32) -> Self {
        Self {
            next: AtomicU32::new(0),
            count,
        }
    }

    /// The next transaction to run, or `None` when all are claimed.
    ///
    /// Each index is returned once. The counter passes `count` by at most one
    /// for each worker, since a worker that got `None` leaves.
    pub(crate) fn claim(&self) -> Option<TxIndex> {
        // Relaxed: the index is all that is handed over; what a run reads is
        // guarded by the locks of tasks and cells.
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        (index < self.count).then_some(TxIndex::new(index))
    }
}
