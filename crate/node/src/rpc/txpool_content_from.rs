//! `txpool_contentFrom`: the transactions of one sender in the pool, by nonce.

use super::txpool;
use crate::{
    node::Node,
    request::{Json, Params, RpcError},
};
use serde_json::json;

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let sender = params.address()?;
    let (pending, queued) = txpool::by_nonce(node, sender, params)?;
    params.reply(json!({ "pending": pending, "queued": queued }))
}
