//! `eth_coinbase`: who receives the fees of blocks to come.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.state().coinbase)
}
