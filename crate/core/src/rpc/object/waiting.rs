//! Transactions that wait for a block.

use super::{super::RpcError, transaction::RpcTransaction};
use crate::node::{Node, PoolTransaction};
use alloy_consensus::Transaction as _;
use alloy_primitives::Address;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Transactions by nonce.
type ByNonce = Map<String, Value>;

/// What waits of `sender`: what can run, and what is queued.
pub(in crate::rpc) fn of(node: &Node, sender: Address) -> Result<(ByNonce, ByNonce), RpcError> {
    let world = node.world();
    let (ready, queued) = world.pool.of(sender, world.account(sender).nonce);
    Ok((by_nonce(&ready)?, by_nonce(&queued)?))
}

fn by_nonce(waiting: &[&Arc<PoolTransaction>]) -> Result<ByNonce, RpcError> {
    let entry = |one: &&Arc<PoolTransaction>| Ok((one.nonce().to_string(), json(one)?));
    waiting.iter().map(entry).collect()
}

/// A transaction that has no place in the chain yet.
pub(in crate::rpc) fn json(waiting: &PoolTransaction) -> Result<Value, RpcError> {
    let transaction = RpcTransaction {
        inner: waiting.sent.clone(),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        // What it pays at most, as geth tells it: what it will pay only its block says.
        effective_gas_price: Some(waiting.sent.max_fee_per_gas()),
        block_timestamp: None,
    };
    let mut json = serde_json::to_value(transaction).map_err(|error| RpcError::internal(&error))?;
    if let Some(fields) = json.as_object_mut() {
        fields.insert("blockTimestamp".to_owned(), Value::Null);
    }
    Ok(json)
}
