//! Pending transactions of a sender by nonce, for the methods of `txpool`.

use crate::{
    node::Node,
    object::pending,
    pool::PoolTransaction,
    request::{Params, RpcError},
};
use alloy_primitives::Address;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Transactions by nonce.
type ByNonce = Map<String, Value>;

/// Returns the executable and the queued transactions of `sender`, for the request of `params`.
pub(super) fn by_nonce(
    node: &Node,
    sender: Address,
    params: &Params<'_>,
) -> Result<(ByNonce, ByNonce), RpcError> {
    let state = node.state();
    let (ready, queued) = state.pool.of(sender, state.account(sender).nonce);
    let by_nonce = |transactions: Vec<&Arc<PoolTransaction>>| -> Result<ByNonce, RpcError> {
        let objects = params.asked(transactions).map(|one| {
            let one = one?;
            Ok((one.nonce().to_string(), pending::json(&one.sent)?))
        });
        objects.collect()
    };
    Ok((by_nonce(ready)?, by_nonce(queued)?))
}
