//! Progress of a request, and its receipts as they are committed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use parevm::execute::Receipt;

use super::{encode, report, wire};
use crate::{clock, reply};

/// Listener that reports one request to the host in few messages.
pub(crate) struct Listener {
    request: u32,
    /// Transactions of the block.
    total: usize,
    /// Committed transactions at which the next progress message is due.
    next: AtomicUsize,
    batch: Mutex<Batch>,
}

/// Committed receipts that are not sent yet.
struct Batch {
    receipts: Vec<wire::Receipt>,
    /// Number of logs of the block so far.
    logs: u32,
    /// Time of the last message in nanoseconds.
    sent_at: u64,
}

impl Listener {
    /// Progress messages per request.
    const STEPS: usize = 50;
    /// Maximum receipts per message: a message costs some dozens of microseconds, a receipt in it a few.
    const MAX_RECEIPTS: usize = 64;
    /// Maximum nanoseconds between a receipt and its message: one frame of a screen.
    const MAX_NANOSECONDS: u64 = 16_000_000;

    pub(crate) fn new(request: u32, total: usize) -> Self {
        Self {
            request,
            total,
            next: AtomicUsize::new(0),
            batch: Mutex::new(Batch {
                receipts: Vec::new(),
                logs: 0,
                sent_at: clock::now_ns(),
            }),
        }
    }

    /// Reports that `committed` transactions are committed.
    pub(crate) fn progress(&self, committed: usize) {
        // Relaxed: the numbers carry no other data, and a message too many does no harm.
        if committed < self.next.load(Ordering::Relaxed) && committed < self.total {
            return;
        }
        self.next.fetch_max(
            committed + self.total.div_ceil(Self::STEPS),
            Ordering::Relaxed,
        );
        report::committed(self.request, committed, self.total);
    }

    /// Takes the next receipt, and sends the batch when it is due. The result holds all receipts, so the last batch is
    /// never sent.
    pub(crate) fn receipt(&self, receipt: &Receipt) {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        let Batch { receipts, logs, .. } = &mut *batch;
        receipts.push(encode::wire_receipt(receipt.clone(), logs));
        let now = clock::now_ns();
        let is_due = batch.receipts.len() == Self::MAX_RECEIPTS
            || now.saturating_sub(batch.sent_at) > Self::MAX_NANOSECONDS;
        if !is_due {
            return;
        }
        batch.sent_at = now;
        let first = receipt.index + 1 - batch.receipts.len();
        let receipts = std::mem::take(&mut batch.receipts);
        // The result holds them too.
        if let Ok(receipts) = reply::to_js(&receipts) {
            report::receipts(self.request, first, &receipts);
        }
    }
}
