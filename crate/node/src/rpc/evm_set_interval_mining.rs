//! `evm_setIntervalMining`: makes blocks every so many seconds; with 0 it stops. Automine is another setting.

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
