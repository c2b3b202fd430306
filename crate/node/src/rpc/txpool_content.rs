//! `txpool_content`: the transactions of the pool, by sender and nonce.

use super::txpool;
use crate::{
    node::Node,
    request::{Json, Params, RpcError},
};
use serde_json::json;

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let mut pending = serde_json::Map::new();
    let mut queued = serde_json::Map::new();
    for sender in node.state().pool.senders() {
        let (ready, later) = txpool::by_nonce(node, sender, params)?;
        for (all, one) in [(&mut pending, ready), (&mut queued, later)] {
            if !one.is_empty() {
                all.insert(sender.to_checksum(None), one.into());
            }
        }
    }
    params.reply(json!({ "pending": pending, "queued": queued }))
}
