//! `evm_setIntervalMining`: mines a block every given number of seconds; 0 stops it. Automine is independent.

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
    node.set_interval(Some(seconds).filter(|seconds| *seconds > 0));
    reply(())
}
