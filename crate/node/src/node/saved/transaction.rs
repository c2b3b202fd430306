//! Saved transactions of the pool, and saved blobs.

use super::RestoreError;
use crate::pool::PoolTransaction;
use alloy_consensus::{EthereumTxEnvelope, TxEip4844, transaction::Recovered};
use alloy_eips::{
    eip2718::{Decodable2718, Encodable2718},
    eip7594::{BlobTransactionSidecarVariant, Decodable7594, Encodable7594},
};
use alloy_primitives::{Address, Bytes};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};

/// Transaction of the pool.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedTransaction {
    sender: Address,
    /// EIP-2718 encoding, without blobs.
    envelope: Bytes,
    sidecar: Option<Bytes>,
}

/// Writer that saves each transaction once.
#[derive(Default)]
pub(super) struct TransactionWriter {
    saved: Vec<SavedTransaction>,
    positions: HashMap<*const PoolTransaction, usize>,
}

impl TransactionWriter {
    /// Saves `transaction` and returns its position.
    pub(super) fn position(&mut self, transaction: &Arc<PoolTransaction>) -> usize {
        let next = self.saved.len();
        let position = *self
            .positions
            .entry(Arc::as_ptr(transaction))
            .or_insert(next);
        if position == next {
            self.saved.push(SavedTransaction::from(&**transaction));
        }
        position
    }

    pub(super) fn finish(self) -> Vec<SavedTransaction> {
        self.saved
    }
}

/// Writer that saves the blobs of each transaction once.
#[derive(Default)]
pub(super) struct SidecarWriter {
    saved: Vec<Bytes>,
    positions: HashMap<*const BlobTransactionSidecarVariant, usize>,
}

impl SidecarWriter {
    /// Saves `sidecar` and returns its position.
    pub(super) fn position(&mut self, sidecar: &Arc<BlobTransactionSidecarVariant>) -> usize {
        let next = self.saved.len();
        let position = *self.positions.entry(Arc::as_ptr(sidecar)).or_insert(next);
        if position == next {
            self.saved.push(encoded(sidecar));
        }
        position
    }

    pub(super) fn finish(self) -> Vec<Bytes> {
        self.saved
    }
}

impl From<&PoolTransaction> for SavedTransaction {
    fn from(transaction: &PoolTransaction) -> Self {
        Self {
            sender: transaction.sender(),
            envelope: transaction.sent.encoded_2718().into(),
            sidecar: (transaction.sidecar.as_ref()).map(|sidecar| encoded(sidecar)),
        }
    }
}

impl SavedTransaction {
    pub(super) fn restore(self) -> Result<Arc<PoolTransaction>, RestoreError> {
        let envelope = EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(&self.envelope)?;
        let sidecar = self.sidecar.as_ref().map(sidecar_of);
        Ok(Arc::new(PoolTransaction {
            sent: Recovered::new_unchecked(envelope, self.sender),
            sidecar: sidecar.transpose()?,
        }))
    }
}

fn encoded(sidecar: &BlobTransactionSidecarVariant) -> Bytes {
    let mut bytes = Vec::new();
    sidecar.encode_7594(&mut bytes);
    bytes.into()
}

/// Decodes blobs with their commitments and proofs.
pub(super) fn sidecar_of(bytes: &Bytes) -> alloy_rlp::Result<Arc<BlobTransactionSidecarVariant>> {
    BlobTransactionSidecarVariant::decode_7594(&mut bytes.as_ref()).map(Arc::new)
}
