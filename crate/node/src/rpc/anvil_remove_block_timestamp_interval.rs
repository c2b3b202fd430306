//! `anvil_removeBlockTimestampInterval`: removes the interval between timestamps; false where none was set.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let state = node.state_mut();
    reply(state.clock.set_interval(None))
}
