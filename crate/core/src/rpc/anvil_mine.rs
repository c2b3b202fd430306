//! `anvil_mine`: makes so many blocks (default: one), so many seconds apart.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let blocks = params.number("blocks")?.unwrap_or(1);
    // viem sends zero where nobody said how far apart.
    let interval = params.number("interval")?.filter(|seconds| *seconds > 0);
    node.mine_many(context, blocks, interval)?;
    Ok(Value::Null)
}
