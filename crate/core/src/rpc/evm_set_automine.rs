//! `evm_setAutomine`: whether each transaction makes a block.

use super::{RequestContext, RpcError, params::Params};
use crate::node::{Mining, Node};
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let is_automatic: bool = params.required("enabled")?;
    node.set_mining(match is_automatic {
        true => Mining::Auto,
        false => Mining::Manual,
    });
    Ok(Value::Null)
}
