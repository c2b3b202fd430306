//! `txpool_status`: the number of transactions in the pool.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;
use serde_json::json;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let state = node.state();
    let (mut pending, mut queued) = (0, 0);
    for sender in state.pool.senders() {
        let (ready, later) = state.pool.of(sender, state.account(sender).nonce);
        pending += ready.len();
        queued += later.len();
    }
    reply(json!({ "pending": U64::from(pending), "queued": U64::from(queued) }))
}
