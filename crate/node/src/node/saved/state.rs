//! Saved state of a node.

use super::{
    super::{NodeState, blobs::Blobs, clock::BlockClock},
    RestoreError,
    transaction::{SidecarWriter, TransactionWriter},
};
use crate::{
    chain::SavedChain,
    pool::{PoolTransaction, TransactionPool},
};
use alloy_eips::eip7594::BlobTransactionSidecarVariant;
use alloy_primitives::{Address, B256};
use parevm::build::ExecutedBlock;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// State of a node as a difference to the state that was saved before it.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedState {
    chain: SavedChain,
    pool: SavedPool,
    clock: BlockClock,
    coinbase: Address,
    gas_limit: Option<u64>,
    prev_randao: Option<B256>,
    min_gas_price: Option<u64>,
    blobs: SavedBlobs,
}

#[derive(Serialize, Deserialize)]
struct SavedPool {
    /// Number of transactions that ever entered the pool.
    arrivals: u64,
    /// Numbers of the transactions that left since the state before.
    removed: Vec<u64>,
    /// Numbers of the transactions that entered since then, each with a position among the saved transactions.
    added: Vec<(u64, usize)>,
}

#[derive(Serialize, Deserialize)]
struct SavedBlobs {
    /// Number of the oldest blobs that are kept.
    oldest: u64,
    /// Number of the next blobs.
    next: u64,
    /// Numbers of the blobs that were added since the state before, each with the hash of the transaction and a position
    /// among the saved sidecars.
    added: Vec<(u64, B256, usize)>,
}

impl SavedState {
    /// Saves `state`, whose chain is saved as `chain`, as a difference to `before`.
    pub(super) fn new(
        state: &NodeState,
        before: Option<&NodeState>,
        chain: SavedChain,
        transactions: &mut TransactionWriter,
        sidecars: &mut SidecarWriter,
    ) -> Self {
        let (no_pool, no_blobs) = (TransactionPool::default(), Blobs::default());
        let pool_before = before.map_or(&no_pool, |before| &before.pool);
        let blobs_before = before.map_or(&no_blobs, |before| &before.blobs);
        let added = state.pool.added_since(pool_before);
        let added =
            added.map(|(arrival, transaction)| (*arrival, transactions.position(transaction)));
        let pool = SavedPool {
            arrivals: state.pool.arrivals(),
            removed: state.pool.removed_since(pool_before),
            added: added.collect(),
        };
        let (oldest, next) = state.blobs.numbers();
        let added = state.blobs.added_since(blobs_before);
        let added = added.map(|(number, (transaction, sidecar))| {
            (*number, *transaction, sidecars.position(sidecar))
        });
        Self {
            chain,
            pool,
            clock: state.clock,
            coinbase: state.coinbase,
            gas_limit: state.gas_limit,
            prev_randao: state.prev_randao,
            min_gas_price: state.min_gas_price,
            blobs: SavedBlobs {
                oldest,
                next,
                added: added.collect(),
            },
        }
    }

    /// Returns the state, which shares with `before` what it shared when it was saved.
    pub(super) fn restore(
        self,
        before: &NodeState,
        blocks: &[Arc<ExecutedBlock>],
        transactions: &[Arc<PoolTransaction>],
        sidecars: &[Arc<BlobTransactionSidecarVariant>],
    ) -> Result<NodeState, RestoreError> {
        let added = self.blobs.added.into_iter();
        let added = added.map(|(number, transaction, position)| {
            let sidecar = sidecars.get(position).map(Arc::clone);
            let sidecar = sidecar.ok_or(RestoreError::Missing("sidecar"))?;
            Ok((number, (transaction, sidecar)))
        });
        let added: Vec<_> = added.collect::<Result<_, RestoreError>>()?;
        let numbers = (self.blobs.oldest, self.blobs.next);
        let blobs = before.blobs.clone().changed(numbers, added);
        let added = self.pool.added.into_iter();
        let added = added.map(|(arrival, position)| {
            let transaction = transactions.get(position).map(Arc::clone);
            let transaction = transaction.ok_or(RestoreError::Missing("transaction"))?;
            Ok((arrival, transaction))
        });
        let added: Vec<_> = added.collect::<Result<_, RestoreError>>()?;
        let pool = before.pool.clone();
        Ok(NodeState {
            chain: self.chain.restore(blocks, &before.chain)?,
            pool: pool.changed(&self.pool.removed, added, self.pool.arrivals),
            clock: self.clock,
            coinbase: self.coinbase,
            gas_limit: self.gas_limit,
            prev_randao: self.prev_randao,
            min_gas_price: self.min_gas_price,
            blobs,
        })
    }
}
