//! `txpool_contentFrom`: what waits for a block of one sender, by nonce.

use super::{Json, RpcError, object::waiting, params::Params};
use crate::node::Node;
use serde_json::json;

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let sender = params.address()?;
    let (pending, queued) = waiting::of(node, sender, params)?;
    params.reply(json!({ "pending": pending, "queued": queued }))
}
