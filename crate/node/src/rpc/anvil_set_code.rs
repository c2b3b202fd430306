//! `anvil_setCode`: sets the code of an account.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::Bytes;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let address = params.address()?;
    let code: Bytes = params.required("code")?;
    node.world_mut().set_code(address, code);
    reply(())
}
