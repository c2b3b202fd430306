//! Tells the host how a request goes: how far it is, and its receipts as they become final.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use parevm::execute::Receipt;

use crate::{clock, encode, host, wire};

/// Tells the host how one request goes, in few messages.
pub(crate) struct Listener {
    request: u32,
    /// Transactions of the block.
    total: usize,
    /// What has to be settled before the next message about progress.
    next: AtomicUsize,
    batch: Mutex<Batch>,
}

/// Receipts that are final and not told yet.
struct Batch {
    receipts: Vec<wire::Receipt>,
    /// Logs of the block up to here.
    logs: u32,
    /// Nanoseconds, when the last batch was told.
    told_at: u64,
}

impl Listener {
    /// Messages about progress.
    const STEPS: usize = 50;
    /// Receipts in a message at most: a message costs some dozens of microseconds, a receipt in
    /// it a few.
    const MOST_RECEIPTS: usize = 64;
    /// A receipt waits for the next one no longer than this: a frame of a screen.
    const MOST_NANOSECONDS: u64 = 16_000_000;

    pub(crate) fn new(request: u32, total: usize) -> Self {
        Self {
            request,
            total,
            next: AtomicUsize::new(0),
            batch: Mutex::new(Batch {
                receipts: Vec::new(),
                logs: 0,
                told_at: clock::now_ns(),
            }),
        }
    }

    /// Tells that `settled` transactions are final.
    pub(crate) fn progress(&self, settled: usize) {
        // Relaxed: the numbers carry no other data, and a message too many does no harm.
        if settled < self.next.load(Ordering::Relaxed) && settled < self.total {
            return;
        }
        self.next.fetch_max(
            settled + self.total.div_ceil(Self::STEPS),
            Ordering::Relaxed,
        );
        host::settled(self.request, settled, self.total);
    }

    /// Takes the next receipt, and tells those that wait when it is time. What is left at the end
    /// the host finds in the result.
    pub(crate) fn receipt(&self, receipt: &Receipt) {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        let Batch { receipts, logs, .. } = &mut *batch;
        receipts.push(encode::wire_receipt(receipt.clone(), logs));
        let now = clock::now_ns();
        let is_due = batch.receipts.len() == Self::MOST_RECEIPTS
            || now.saturating_sub(batch.told_at) > Self::MOST_NANOSECONDS;
        if !is_due {
            return;
        }
        batch.told_at = now;
        let first = receipt.index + 1 - batch.receipts.len();
        let receipts = std::mem::take(&mut batch.receipts);
        // What does not cross now, the result brings.
        if let Ok(receipts) = encode::to_js(&receipts) {
            host::receipts(self.request, first, &receipts);
        }
    }
}
