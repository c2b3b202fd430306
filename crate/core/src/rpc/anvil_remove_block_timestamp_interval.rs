//! `anvil_removeBlockTimestampInterval`: gives blocks the time of the host again; false where they had it.

use super::{RequestContext, RpcError, params::Params, reply};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let world = node.world_mut();
    reply(world.clock.set_interval(None))
}
