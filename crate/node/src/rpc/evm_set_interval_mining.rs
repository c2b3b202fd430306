//! `evm_setIntervalMining`: makes blocks every so many seconds; with 0 it stops. Automine is another setting.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let seconds = params.needed_number("seconds")?;
    node.set_interval(Some(seconds).filter(|seconds| *seconds > 0));
    reply(())
}
