//! How the right to move the frontier passes from worker to worker.
//!
//! What a run has left is settled fastest by the worker that ran it: it lies in
//! that worker's cache, and what is freed then was allocated there. So the owner
//! of the frontier hands the ownership to the worker that ran the next
//! transaction, if that worker takes it soon: between two short ones.

use crate::{
    WorkerId,
    frontier::Ownership,
    sync::{AtomicUsize, Ordering},
};

/// One slot for each worker, in which it is handed the frontier.
pub(crate) struct Handover {
    slots: Box<[Slot]>,
}

/// Takes a cache line of its own: its worker looks at it after each transaction.
#[repr(align(128))]
struct Slot(AtomicUsize);

/// The worker takes no ownership.
const CLOSED: usize = 0;
/// The worker looks here before it claims, sleeps or leaves. More than that is
/// an ownership: so many announcements and this.
const OPEN: usize = 1;

impl Handover {
    pub(crate) fn new(workers: usize) -> Self {
        let slots = (0..workers).map(|_| Slot(AtomicUsize::new(CLOSED)));
        Self {
            slots: slots.collect(),
        }
    }

    /// Lets others hand `worker`, which calls this, the ownership. It has none.
    pub(crate) fn open(&self, worker: WorkerId) {
        // Relaxed: nothing comes with it.
        self.slot(worker).store(OPEN, Ordering::Relaxed);
    }

    /// Whether `worker` was handed the ownership since it opened its slot.
    pub(crate) fn has_come(&self, worker: WorkerId) -> bool {
        // Relaxed: who sees it closes the slot to take it.
        self.slot(worker).load(Ordering::Relaxed) > OPEN
    }

    /// Takes no more ownership, and the one that has come.
    pub(crate) fn close(&self, worker: WorkerId) -> Option<Ownership> {
        // Acquire: pairs with `offer`. The new owner sees what the old one did.
        let held = self.slot(worker).swap(CLOSED, Ordering::Acquire);
        (held > OPEN).then(|| Ownership::of(held - OPEN))
    }

    /// Hands the ownership to `worker`, or gives it back if that takes none.
    pub(crate) fn offer(&self, worker: WorkerId, ownership: Ownership) -> Result<(), Ownership> {
        let slot = self.slot(worker);
        let held = OPEN + ownership.seen();
        // A look first: most workers that take none take none for long.
        let is_handed = slot.load(Ordering::Relaxed) == OPEN
            // Release: pairs with `close`.
            && slot
                .compare_exchange(OPEN, held, Ordering::Release, Ordering::Relaxed)
                .is_ok();
        if is_handed { Ok(()) } else { Err(ownership) }
    }

    fn slot(&self, worker: WorkerId) -> &AtomicUsize {
        &self.slots[worker.get()].0
    }
}
