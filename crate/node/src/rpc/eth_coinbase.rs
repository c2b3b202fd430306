//! `eth_coinbase`: the fee recipient of later blocks.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.state().coinbase)
}
