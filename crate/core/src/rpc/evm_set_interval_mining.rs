//! `evm_setIntervalMining`: makes blocks every so many seconds; 0 for when they are asked for.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::{Mining, Node};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    node.set_mining(match params.needed_number("seconds")? {
        0 => Mining::Manual,
        seconds => Mining::Interval(seconds),
    });
    reply(())
}
