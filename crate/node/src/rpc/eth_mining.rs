//! `eth_mining`: whether blocks are made without being asked for.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let modes = node.mining();
    reply(modes.automine || modes.interval.is_some())
}
