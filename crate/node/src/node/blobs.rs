//! The blobs of transactions that are in blocks, which blocks themselves do not hold.

use super::limits::MOST_BLOB_BYTES;
use alloy_eips::{
    eip4844::{Blob, kzg_to_versioned_hash},
    eip7594::BlobTransactionSidecarVariant,
};
use alloy_primitives::B256;
use rpds::RedBlackTreeMapSync;
use std::sync::Arc;

/// Blobs of mined transactions, in the order in which they were mined. A copy is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    kept: RedBlackTreeMapSync<u64, (B256, Arc<BlobTransactionSidecarVariant>)>,
    bytes: usize,
    /// Number of transactions whose blobs were ever kept.
    count: u64,
}

impl Default for Blobs {
    fn default() -> Self {
        Self {
            kept: RedBlackTreeMapSync::new_sync(),
            bytes: 0,
            count: 0,
        }
    }
}

impl Blobs {
    /// Keeps the blobs of the transaction with this hash.
    pub(super) fn insert(
        &mut self,
        transaction: B256,
        sidecar: Arc<BlobTransactionSidecarVariant>,
    ) {
        self.bytes = self.bytes.saturating_add(sidecar.size());
        self.kept.insert_mut(self.count, (transaction, sidecar));
        self.count += 1;
        while self.bytes > MOST_BLOB_BYTES
            && let Some((&oldest, (_, sidecar))) = self.kept.first()
        {
            self.bytes = self.bytes.saturating_sub(sidecar.size());
            self.kept.remove_mut(&oldest);
        }
    }

    /// Blobs that came since these were `earlier`, in order, each under its number.
    pub(super) fn added_since(
        &self,
        earlier: &Self,
    ) -> impl Iterator<Item = (&u64, &(B256, Arc<BlobTransactionSidecarVariant>))> {
        self.kept.range(earlier.count..)
    }

    /// Number of the oldest that are kept, and of the next.
    pub(super) fn numbers(&self) -> (u64, u64) {
        let oldest = self.kept.first().map(|(number, _)| *number);
        (oldest.unwrap_or(self.count), self.count)
    }

    /// The blobs after those below `oldest` were dropped, and others were `added`.
    pub(super) fn changed(
        mut self,
        (oldest, count): (u64, u64),
        added: impl IntoIterator<Item = (u64, (B256, Arc<BlobTransactionSidecarVariant>))>,
    ) -> Self {
        let dropped: Vec<_> = self.kept.range(..oldest).map(|(at, _)| *at).collect();
        for number in dropped {
            self.kept.remove_mut(&number);
        }
        for (number, blobs) in added {
            self.kept.insert_mut(number, blobs);
        }
        let bytes = self.kept.values().map(|(_, sidecar)| sidecar.size());
        Self {
            bytes: bytes.sum(),
            count,
            kept: self.kept,
        }
    }

    /// Every transaction whose blobs are kept, oldest first.
    fn iter(&self) -> impl Iterator<Item = &(B256, Arc<BlobTransactionSidecarVariant>)> {
        self.kept.values()
    }

    /// The blobs of the transaction with this hash.
    pub(crate) fn of(&self, transaction: B256) -> Option<&Arc<BlobTransactionSidecarVariant>> {
        let mut kept = self.iter();
        kept.find(|(hash, _)| *hash == transaction)
            .map(|(_, sidecar)| sidecar)
    }

    /// The blob with this versioned hash (EIP-4844).
    pub(crate) fn blob(&self, versioned_hash: B256) -> Option<&Blob> {
        self.iter().find_map(|(_, sidecar)| {
            let mut hashes = sidecar
                .commitments()
                .iter()
                .map(|commitment| kzg_to_versioned_hash(commitment.as_slice()));
            let at = hashes.position(|hash| hash == versioned_hash)?;
            sidecar.blobs().get(at)
        })
    }
}
