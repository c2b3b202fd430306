//! `anvil_mine`: mines blocks (default: one) and advances the clock by an interval in seconds before each, the first
//! included, as anvil does (`crates/anvil/src/eth/api.rs`).

use crate::{
    node::{Node, Pace, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let blocks = params.number("blocks")?.unwrap_or(1);
    // viem sends zero for the default interval.
    let interval = params.number("interval")?.filter(|seconds| *seconds > 0);
    node.mine_many(context, blocks, interval.map_or(Pace::Clock, Pace::Advance))?;
    reply(())
}
