//! `evm_setNextBlockTimestamp`: sets the timestamp (seconds) of the next block, from which time continues.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let timestamp = params.needed_number("timestamp")?;
    node.state_mut().set_next_timestamp(timestamp)?;
    reply(())
}
