//! `anvil_setCoinbase`: sets who receives the fees of blocks to come.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    node.world_mut().coinbase = params.address()?;
    Ok(Value::Null)
}
