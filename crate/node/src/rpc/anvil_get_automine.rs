//! `anvil_getAutomine`: whether each transaction mines a block.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.mining().automine)
}
