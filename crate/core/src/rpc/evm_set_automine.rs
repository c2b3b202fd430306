//! `evm_setAutomine`: whether each transaction makes a block.

use super::{Host, RpcError, params::Params};
use crate::node::{Mining, Node};
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &Host<'_>,
) -> Result<Value, RpcError> {
    let is_automatic: bool = params.required("enabled")?;
    node.set_mining(match is_automatic {
        true => Mining::Auto,
        false => Mining::Manual,
    });
    Ok(Value::Null)
}
