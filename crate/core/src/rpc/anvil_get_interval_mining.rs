//! `anvil_getIntervalMining`: the seconds between blocks that the host asks for; null where it does not.

use super::{Json, RpcError, params::Params, reply};
use crate::node::{Mining, Node};

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(match node.mining() {
        Mining::Interval(seconds) => Some(seconds),
        Mining::Auto | Mining::Manual => None,
    })
}
