//! `eth_mining`: whether blocks are made without being asked for.

use super::{Json, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let modes = node.mining();
    reply(modes.automine || modes.interval.is_some())
}
