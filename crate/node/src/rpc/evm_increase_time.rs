//! `evm_increaseTime`: advances the clock of blocks by seconds, and returns the total offset.

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
    let seconds = i64::try_from(seconds).map_err(|error| RpcError::invalid("seconds", error))?;
    reply(node.state_mut().clock.advance(seconds))
}
