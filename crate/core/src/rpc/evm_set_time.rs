//! `evm_setTime`: makes it so many seconds since the Unix epoch, and returns by how many that is later.

use super::{Host, RpcError, params::Params, reply};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    host: &Host<'_>,
) -> Result<Value, RpcError> {
    let timestamp = params.needed_number("timestamp")?;
    let clock = &mut node.world_mut().clock;
    let passed = timestamp.saturating_sub(clock.seconds(host.now));
    clock.set(host.now, timestamp);
    reply(passed)
}
