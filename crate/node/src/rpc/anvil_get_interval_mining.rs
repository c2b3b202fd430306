//! `anvil_getIntervalMining`: the seconds between blocks that the host asks for; null where it does not.

use super::{Json, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.mining().interval)
}
