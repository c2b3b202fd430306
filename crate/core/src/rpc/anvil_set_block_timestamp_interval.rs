//! `anvil_setBlockTimestampInterval`: sets the seconds between blocks.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let seconds = params.needed_number("seconds")?;
    node.world_mut().clock.set_interval(Some(seconds));
    Ok(Value::Null)
}
