//! `txpool_contentFrom`: what waits for a block of one sender, by nonce.

use super::{RpcError, object::waiting, params::Params, reply};
use crate::node::Node;
use serde_json::{Value, json};

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let (pending, queued) = waiting::of(node, params.address()?)?;
    reply(json!({ "pending": pending, "queued": queued }))
}
