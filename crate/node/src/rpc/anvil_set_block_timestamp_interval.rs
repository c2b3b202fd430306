//! `anvil_setBlockTimestampInterval`: sets the seconds between blocks.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let seconds = params.needed_number("seconds")?;
    node.state_mut().clock.set_interval(Some(seconds));
    reply(())
}
