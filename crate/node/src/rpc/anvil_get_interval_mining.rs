//! `anvil_getIntervalMining`: the seconds between blocks that the host asks for; null where it does not.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.mining().interval)
}
