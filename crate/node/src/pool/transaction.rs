//! Transaction of the pool.

use super::PoolError;
use parevm::build::SentTransaction;
use parevm::{block::Transaction, vm::SpecId};

use alloy_consensus::{
    EthereumTxEnvelope, Transaction as _, TxEip4844, TxEip4844WithSidecar,
    transaction::{Recovered, SignerRecoverable},
};
use alloy_eips::{
    eip2718::{Decodable2718, Encodable2718},
    eip7594::BlobTransactionSidecarVariant,
};
use alloy_primitives::{Address, B256};
use std::sync::Arc;

/// Transaction in network form: a blob transaction with its blobs.
type Pooled = EthereumTxEnvelope<TxEip4844WithSidecar<BlobTransactionSidecarVariant>>;

/// Transaction of the pool.
#[derive(Clone, Debug)]
pub struct PoolTransaction {
    /// Transaction in the form of a block.
    pub sent: SentTransaction,
    /// Blobs of a blob transaction.
    pub sidecar: Option<Arc<BlobTransactionSidecarVariant>>,
}

impl PoolTransaction {
    /// Decodes a signed transaction from EIP-2718, a blob transaction with its blobs (EIP-4844, EIP-7594). KZG proofs are
    /// not verified: no backend without C code verifies the cell proofs of Osaka.
    ///
    /// # Errors
    ///
    /// [`PoolError`]: the bytes are not a transaction, its signature is invalid, or its blobs do not match.
    pub(crate) fn decode(bytes: &[u8], spec: SpecId) -> Result<Self, PoolError> {
        // The decoder of blocks has the more precise error.
        let Ok(pooled) = Pooled::decode_2718_exact(bytes) else {
            return match Transaction::from_2718(bytes, spec) {
                Ok(_) => Err(PoolError::BlobsMissing),
                Err(error) => Err(PoolError::Undecodable(error)),
            };
        };
        let sender = pooled
            .recover_signer()
            .map_err(|_| PoolError::InvalidSender)?;
        let (envelope, sidecar) = split_blobs(pooled)?;
        Ok(Self {
            sent: Recovered::new_unchecked(envelope, sender),
            sidecar: sidecar.map(Arc::new),
        })
    }

    /// Returns the sender.
    #[must_use]
    pub fn sender(&self) -> Address {
        self.sent.signer()
    }

    /// Returns the hash.
    #[must_use]
    pub fn hash(&self) -> B256 {
        *self.sent.tx_hash()
    }

    /// Returns the size in bytes, blobs included.
    #[must_use]
    pub fn size(&self) -> usize {
        let blobs = self.sidecar.as_ref().map_or(0, |sidecar| sidecar.size());
        self.sent.encode_2718_len().saturating_add(blobs)
    }

    /// Returns the nonce.
    #[must_use]
    pub fn nonce(&self) -> u64 {
        self.sent.nonce()
    }
}

/// Splits a transaction into its block form and its blobs, which must match its blob hashes.
fn split_blobs(
    pooled: Pooled,
) -> Result<
    (
        EthereumTxEnvelope<TxEip4844>,
        Option<BlobTransactionSidecarVariant>,
    ),
    PoolError,
> {
    Ok(match pooled {
        Pooled::Legacy(signed) => (EthereumTxEnvelope::Legacy(signed), None),
        Pooled::Eip2930(signed) => (EthereumTxEnvelope::Eip2930(signed), None),
        Pooled::Eip1559(signed) => (EthereumTxEnvelope::Eip1559(signed), None),
        Pooled::Eip7702(signed) => (EthereumTxEnvelope::Eip7702(signed), None),
        Pooled::Eip4844(signed) => {
            let (TxEip4844WithSidecar { tx, sidecar }, signature, hash) = signed.into_parts();
            if !sidecar
                .versioned_hashes()
                .eq(tx.blob_versioned_hashes.iter().copied())
                || sidecar.blobs().len() != tx.blob_versioned_hashes.len()
            {
                return Err(PoolError::BlobsDiffer);
            }
            let signed = alloy_consensus::Signed::new_unchecked(tx, signature, hash);
            (EthereumTxEnvelope::Eip4844(signed), Some(sidecar))
        }
    })
}
