//! `anvil_setCoinbase`: sets the fee recipient of later blocks.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    node.state_mut().coinbase = params.address()?;
    reply(())
}
