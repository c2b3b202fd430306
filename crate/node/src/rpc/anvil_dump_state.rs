//! `anvil_dumpState`: the chain and the state after its head as gzipped JSON, which anvil and this node can load
//! (anvil). It contains no earlier states, so the parameter for them must be false.

use super::dump::dump;
use crate::{
    node::Node,
    request::{Json, Params, RpcError},
};

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let name = "preserve historical states";
    if params.optional(name)?.unwrap_or(false) {
        return Err(RpcError::invalid(name, "historical states are not dumped"));
    }
    params.reply(dump(node.chain(), params.limits())?)
}
