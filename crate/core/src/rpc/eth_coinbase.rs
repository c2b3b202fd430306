//! `eth_coinbase`: who receives the fees of blocks to come.

use super::{RpcError, params::Params, reply};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(node.world().coinbase)
}
