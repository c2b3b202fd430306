//! `anvil_loadState`: adds the accounts of a dump of `anvil_dumpState` to the state after the head (anvil). If the
//! dump has blocks, they replace the chain, and only the state after the last of them is known.

use super::dump::load;
use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::Bytes;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let bytes: Bytes = params.required("state")?;
    let chain = load(node.chain(), &bytes, &context.limits)?;
    node.replace_chain(context, chain);
    reply(true)
}
