//! Hands out transactions, in block order.

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

    /// The next transactions to run, as many as `batch` says for the first of
    /// them, or `None` when all are claimed. Each index is handed out once.
    pub(crate) fn claim(
        &self,
        batch: impl Fn(TxIndex) -> u32,
    ) -> Option<impl Iterator<Item = TxIndex>> {
        let end = |first: u32| {
            let wanted = batch(TxIndex::new(first)).max(1);
            self.count.min(first.saturating_add(wanted))
        };
        // Relaxed: the indices are all that is handed over; what a run reads is
        // guarded by the locks of tasks and cells.
        let claimed = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |first| {
                (first < self.count).then(|| end(first))
            });
        claimed
            .ok()
            .map(|first| (first..end(first)).map(TxIndex::new))
    }
}
