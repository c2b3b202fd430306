//! `anvil_setNextBlockBaseFeePerGas`: sets the wei per gas that the next block burns.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let base_fee: U64 = params.required("base fee")?;
    node.world_mut().base_fee = Some(base_fee.to());
    Ok(Value::Null)
}
