//! `evm_setBlockGasLimit`: sets the gas limit of blocks to come.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::U64;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let gas_limit: U64 = params.required("gas limit")?;
    node.world_mut().gas_limit = Some(gas_limit.to());
    reply(true)
}
