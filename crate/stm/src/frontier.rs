//! The finality frontier: everything below it is final.
//!
//! Validation happens here and nowhere else, in block order, by one worker at
//! a time. Which one is decided by tickets: a worker that has finished a
//! transaction announces it; who announces into an empty queue becomes the
//! owner and stays it until it has seen every announcement. So no finished
//! transaction is left behind, and nobody waits for the owner.

use crate::sync::{AtomicU32, AtomicUsize, Ordering};

pub(crate) struct Frontier {
    tickets: AtomicUsize,
    /// Transactions below are final. Written by the owner alone.
    settled: AtomicU32,
}

/// The right to move the frontier, and the announcements it answers for.
pub(crate) struct Ownership {
    seen: usize,
}

impl Ownership {
    /// The one that answers for `seen` announcements.
    pub(crate) fn of(seen: usize) -> Self {
        Self { seen }
    }

    /// How many announcements it answers for; at least one.
    pub(crate) fn seen(&self) -> usize {
        self.seen
    }
}

impl Frontier {
    pub(crate) fn new() -> Self {
        Self {
            tickets: AtomicUsize::new(0),
            settled: AtomicU32::new(0),
        }
    }

    /// Announces a finished transaction. The caller must drive the frontier if
    /// this returns the ownership.
    pub(crate) fn announce(&self) -> Option<Ownership> {
        // AcqRel: pairs with `retire`. Whoever owns the frontier after this
        // ticket sees the task that was finished before it was drawn.
        (self.tickets.fetch_add(1, Ordering::AcqRel) == 0).then_some(Ownership { seen: 1 })
    }

    /// Gives up the ownership, unless transactions were announced since.
    pub(crate) fn retire(&self, ownership: Ownership) -> Option<Ownership> {
        // AcqRel: the tickets form one release sequence, so reading a count
        // that includes a ticket also sees the task finished before it.
        let before = self.tickets.fetch_sub(ownership.seen, Ordering::AcqRel);
        let left = before - ownership.seen;
        (left > 0).then_some(Ownership { seen: left })
    }

    /// Number of final transactions.
    pub(crate) fn settled(&self) -> u32 {
        // Acquire: pairs with the Release in `advance`, for the worker that
        // takes over the ownership and for the caller after the workers left.
        self.settled.load(Ordering::Acquire)
    }

    /// Moves the frontier up by one transaction. Only the owner calls this.
    pub(crate) fn advance(&self, _ownership: &Ownership) {
        let settled = self.settled.load(Ordering::Relaxed);
        self.settled.store(settled + 1, Ordering::Release);
    }
}
