//! `anvil_mine`: makes so many blocks (default: one), so many seconds apart.

use super::{Host, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    host: &Host<'_>,
) -> Result<Value, RpcError> {
    let blocks = params.number("blocks")?.unwrap_or(1);
    // viem sends zero where nobody said how far apart.
    let interval = params.number("interval")?.filter(|seconds| *seconds > 0);
    node.mine_many(host, blocks, interval)?;
    Ok(Value::Null)
}
