//! `eth_coinbase`: who receives the fees of blocks to come.

use super::{Json, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.world().coinbase)
}
