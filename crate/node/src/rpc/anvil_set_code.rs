//! `anvil_setCode`: sets the code of an account.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::Bytes;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let address = params.address()?;
    let code: Bytes = params.required("code")?;
    node.state_mut().set_code(address, code);
    reply(())
}
