//! `evm_setTime`: makes it so many seconds since the Unix epoch, and returns by how many that is later.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let timestamp = params.needed_number("timestamp")?;
    let clock = &mut node.world_mut().clock;
    let passed = timestamp.saturating_sub(clock.seconds(context.now));
    clock.set(context.now, timestamp);
    reply(passed)
}
