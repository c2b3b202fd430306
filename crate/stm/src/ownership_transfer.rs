//! Transfer of the ownership of the commit index from worker to worker.
//!
//! A transaction is committed fastest by the worker that executed it: its read set and write set
//! lie in that worker's cache, and the memory that is freed was allocated there. So the owner
//! transfers the ownership to the worker that executed the next transaction, if that worker will
//! take it soon: between two short transactions.

use crate::{
    WorkerId,
    commit_index::Ownership,
    sync::{AtomicUsize, Ordering},
};

/// Mailboxes in which workers receive the ownership, one for each.
pub(crate) struct OwnershipTransfer {
    mailboxes: Box<[Mailbox]>,
}

/// Occupies a cache line of its own: its worker looks at it after each transaction.
#[repr(align(128))]
struct Mailbox(AtomicUsize);

/// The worker accepts no ownership.
const CLOSED: usize = 0;
/// The worker looks here before it claims, parks or leaves. A larger number is this plus the
/// announcements that a received ownership answers for.
const OPEN: usize = 1;

impl OwnershipTransfer {
    pub(crate) fn new(workers: usize) -> Self {
        let mailboxes = (0..workers).map(|_| Mailbox(AtomicUsize::new(CLOSED)));
        Self {
            mailboxes: mailboxes.collect(),
        }
    }

    /// Opens the mailbox of `worker`, which calls this and is not the owner.
    pub(crate) fn open(&self, worker: WorkerId) {
        // Relaxed: publishes nothing else.
        self.mailbox(worker).store(OPEN, Ordering::Relaxed);
    }

    /// Returns whether `worker` has received the ownership since it opened its mailbox.
    pub(crate) fn has_received(&self, worker: WorkerId) -> bool {
        // Relaxed: the worker closes the mailbox to take it.
        self.mailbox(worker).load(Ordering::Relaxed) > OPEN
    }

    /// Closes the mailbox of `worker` and returns the ownership it has received.
    pub(crate) fn close(&self, worker: WorkerId) -> Option<Ownership> {
        // Acquire: pairs with `offer`. The new owner sees what the old one did.
        let received = self.mailbox(worker).swap(CLOSED, Ordering::Acquire);
        (received > OPEN).then(|| Ownership::of(received - OPEN))
    }

    /// Transfers the ownership to `worker`, or returns it if that accepts none.
    pub(crate) fn offer(&self, worker: WorkerId, ownership: Ownership) -> Result<(), Ownership> {
        let mailbox = self.mailbox(worker);
        let sent = OPEN + ownership.seen();
        // A load first: a closed mailbox mostly stays closed for long.
        let is_sent = mailbox.load(Ordering::Relaxed) == OPEN
            // Release: pairs with `close`.
            && mailbox
                .compare_exchange(OPEN, sent, Ordering::Release, Ordering::Relaxed)
                .is_ok();
        if is_sent { Ok(()) } else { Err(ownership) }
    }

    fn mailbox(&self, worker: WorkerId) -> &AtomicUsize {
        &self.mailboxes[worker.get()].0
    }
}
