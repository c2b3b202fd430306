//! `evm_setTime`: sets the time in seconds since the Unix epoch, and returns by how many seconds it is later.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let timestamp = params.needed_number("timestamp")?;
    let clock = &mut node.state_mut().clock;
    let passed = timestamp.saturating_sub(clock.seconds(context.now));
    clock.set(context.now, timestamp);
    reply(passed)
}
