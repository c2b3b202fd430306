//! `anvil_setBlockTimestampInterval`: sets the seconds between blocks.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let seconds = params.needed_number("seconds")?;
    node.world_mut().clock.set_interval(Some(seconds));
    reply(())
}
