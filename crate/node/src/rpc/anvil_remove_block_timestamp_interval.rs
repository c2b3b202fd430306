//! `anvil_removeBlockTimestampInterval`: gives blocks the time of the host again; false where they had it.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let world = node.world_mut();
    reply(world.clock.set_interval(None))
}
