//! `anvil_setCode`: sets the code of an account.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use alloy_primitives::Bytes;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let address = params.address()?;
    let code: Bytes = params.required("code")?;
    node.world_mut().set_code(address, code);
    Ok(Value::Null)
}
