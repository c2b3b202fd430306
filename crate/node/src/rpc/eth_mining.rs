//! `eth_mining`: whether the node mines by itself.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let modes = node.mining();
    reply(modes.automine || modes.interval.is_some())
}
