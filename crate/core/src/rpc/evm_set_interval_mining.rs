//! `evm_setIntervalMining`: makes blocks every so many seconds; 0 for when they are asked for.

use super::{RequestContext, RpcError, params::Params};
use crate::node::{Mining, Node};
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    node.set_mining(match params.needed_number("seconds")? {
        0 => Mining::Manual,
        seconds => Mining::Interval(seconds),
    });
    Ok(Value::Null)
}
