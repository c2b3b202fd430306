//! `anvil_reset`: a node as it was at its genesis block. Who signs and who subscribes stays.

use super::{Host, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(node: &mut Node, _: &mut Params<'_>, _: &Host<'_>) -> Result<Value, RpcError> {
    node.reset()?;
    Ok(Value::Null)
}
