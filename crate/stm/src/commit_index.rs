//! Commit index: every transaction below it is committed.
//!
//! Validation and commit happen here and nowhere else, in block order, by one worker at a time.
//! Tickets decide which one: a worker that has executed a transaction announces it; whoever
//! announces into an empty queue becomes the owner, and stays it until it has seen every
//! announcement. So no executed transaction is left behind, and nobody waits for the owner.

use crate::sync::{AtomicU32, AtomicUsize, Ordering};

pub(crate) struct CommitIndex {
    tickets: AtomicUsize,
    /// Number of committed transactions. Written by the owner alone.
    committed: AtomicU32,
}

/// Right to advance the commit index, and the announcements it answers for.
pub(crate) struct Ownership {
    seen: usize,
}

impl Ownership {
    /// Returns the ownership that answers for `seen` announcements.
    pub(crate) fn of(seen: usize) -> Self {
        Self { seen }
    }

    /// Returns the number of announcements it answers for; at least one.
    pub(crate) fn seen(&self) -> usize {
        self.seen
    }
}

impl CommitIndex {
    pub(crate) fn new() -> Self {
        Self {
            tickets: AtomicUsize::new(0),
            committed: AtomicU32::new(0),
        }
    }

    /// Announces an executed transaction. The caller must commit what it can if this returns the
    /// ownership.
    pub(crate) fn announce(&self) -> Option<Ownership> {
        // AcqRel: pairs with `release`. Whoever owns the commit index after this
        // ticket sees the transaction that was executed before it was drawn.
        (self.tickets.fetch_add(1, Ordering::AcqRel) == 0).then_some(Ownership { seen: 1 })
    }

    /// Gives up the ownership, unless transactions were announced since.
    pub(crate) fn release(&self, ownership: Ownership) -> Option<Ownership> {
        // AcqRel: the tickets form one release sequence, so reading a count that
        // includes a ticket also sees the transaction executed before it.
        let before = self.tickets.fetch_sub(ownership.seen, Ordering::AcqRel);
        let left = before - ownership.seen;
        (left > 0).then_some(Ownership { seen: left })
    }

    /// Returns the number of committed transactions: the index of the lowest uncommitted one.
    pub(crate) fn get(&self) -> u32 {
        // Acquire: pairs with the Release in `advance`, for the worker that
        // receives the ownership and for the caller after the workers left.
        self.committed.load(Ordering::Acquire)
    }

    /// Advances the commit index by one transaction. Only the owner calls this.
    pub(crate) fn advance(&self, _ownership: &Ownership) {
        let committed = self.committed.load(Ordering::Relaxed);
        self.committed.store(committed + 1, Ordering::Release);
    }
}
