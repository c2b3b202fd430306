//! `anvil_setCoinbase`: sets who receives the fees of blocks to come.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    node.world_mut().coinbase = params.address()?;
    reply(())
}
