//! Transactions that wait for a block.

use super::{super::RpcError, transaction};
use crate::{
    chain::SentTransaction,
    node::{Node, PoolTransaction},
};
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
    let entry = |one: &&Arc<PoolTransaction>| Ok((one.nonce().to_string(), json(&one.sent)?));
    waiting.iter().map(entry).collect()
}

/// A transaction that has no place in the chain yet.
pub(crate) fn json(waiting: &SentTransaction) -> Result<Value, RpcError> {
    let mut json = serde_json::to_value(transaction::waiting(waiting))
        .map_err(|error| RpcError::internal(&error))?;
    if let Some(fields) = json.as_object_mut() {
        fields.insert("blockTimestamp".to_owned(), Value::Null);
    }
    Ok(json)
}
