//! `txpool_status`: how many transactions wait for a block.

use super::{Json, RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::U64;
use serde_json::json;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let world = node.world();
    let (mut pending, mut queued) = (0, 0);
    for sender in world.pool.senders() {
        let (ready, later) = world.pool.of(sender, world.account(sender).nonce);
        pending += ready.len();
        queued += later.len();
    }
    reply(json!({ "pending": U64::from(pending), "queued": U64::from(queued) }))
}
