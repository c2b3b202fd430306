//! `hardhat_mine`: mines blocks (default: one), each but the first an interval in seconds (default: one) after its
//! parent, as Hardhat's EDR does (`crates/edr_provider/src/data.rs`).

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
    node.mine_many(context, blocks, Pace::Apart(interval.unwrap_or(1)))?;
    reply(true)
}
