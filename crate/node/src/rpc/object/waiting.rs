//! Transactions that wait for a block.

use super::{
    super::{Params, RpcError},
    transaction,
};
use crate::node::{Node, PoolTransaction};
use alloy_primitives::Address;
use parevm::build::SentTransaction;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Transactions by nonce.
type ByNonce = Map<String, Value>;

/// What waits of `sender`: what can run, and what is queued. The request of `params` asks for it.
pub(in crate::rpc) fn of(
    node: &Node,
    sender: Address,
    params: &Params<'_>,
) -> Result<(ByNonce, ByNonce), RpcError> {
    let world = node.world();
    let (ready, queued) = world.pool.of(sender, world.account(sender).nonce);
    let by_nonce = |waiting: Vec<&Arc<PoolTransaction>>| -> Result<ByNonce, RpcError> {
        let waiting = params.asked(waiting).map(|one| {
            let one = one?;
            Ok((one.nonce().to_string(), json(&one.sent)?))
        });
        waiting.collect()
    };
    Ok((by_nonce(ready)?, by_nonce(queued)?))
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
