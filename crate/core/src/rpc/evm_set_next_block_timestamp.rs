//! `evm_setNextBlockTimestamp`: sets the timestamp (seconds) of the next block, from which time goes on.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let timestamp = params.needed_number("timestamp")?;
    node.world_mut().set_next_timestamp(timestamp)?;
    Ok(Value::Null)
}
