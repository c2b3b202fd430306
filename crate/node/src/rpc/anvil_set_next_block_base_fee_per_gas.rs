//! `anvil_setNextBlockBaseFeePerGas`: sets the wei per gas that the next block burns.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::U64;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let base_fee: U64 = params.required("base fee")?;
    node.world_mut().chain.choose_base_fee(Some(base_fee.to()));
    reply(())
}
