//! `anvil_getIntervalMining`: the seconds between mined blocks; null without interval mining.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.mining().interval)
}
