//! Blobs of mined transactions, which blocks do not contain.

use super::limits::MAX_BLOB_BYTES;
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
    /// Number of transactions whose blobs were ever stored.
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
    /// Stores the blobs of the transaction with this hash.
    pub(super) fn insert(
        &mut self,
        transaction: B256,
        sidecar: Arc<BlobTransactionSidecarVariant>,
    ) {
        self.bytes = self.bytes.saturating_add(sidecar.size());
        self.kept.insert_mut(self.count, (transaction, sidecar));
        self.count += 1;
        while self.bytes > MAX_BLOB_BYTES
            && let Some((&oldest, (_, sidecar))) = self.kept.first()
        {
            self.bytes = self.bytes.saturating_sub(sidecar.size());
            self.kept.remove_mut(&oldest);
        }
    }

    /// Returns the blobs that were added since `earlier`, in order, each with its number.
    pub(super) fn added_since(
        &self,
        earlier: &Self,
    ) -> impl Iterator<Item = (&u64, &(B256, Arc<BlobTransactionSidecarVariant>))> {
        self.kept.range(earlier.count..)
    }

    /// Returns the numbers of the oldest stored blobs and of the next.
    pub(super) fn numbers(&self) -> (u64, u64) {
        let oldest = self.kept.first().map(|(number, _)| *number);
        (oldest.unwrap_or(self.count), self.count)
    }

    /// Returns the blobs without those below `oldest` and with the `added` ones.
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

    /// Returns every transaction with stored blobs, oldest first.
    fn iter(&self) -> impl Iterator<Item = &(B256, Arc<BlobTransactionSidecarVariant>)> {
        self.kept.values()
    }

    /// Returns the blobs of the transaction with this hash.
    pub(crate) fn of(&self, transaction: B256) -> Option<&Arc<BlobTransactionSidecarVariant>> {
        let mut kept = self.iter();
        kept.find(|(hash, _)| *hash == transaction)
            .map(|(_, sidecar)| sidecar)
    }

    /// Returns the blob with this versioned hash (EIP-4844).
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
