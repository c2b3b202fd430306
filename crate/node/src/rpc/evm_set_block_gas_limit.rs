//! `evm_setBlockGasLimit`: sets the gas limit of later blocks.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let gas_limit: U64 = params.required("gas limit")?;
    node.state_mut().gas_limit = Some(gas_limit.to());
    reply(true)
}
