//! `anvil_setNextBlockBaseFeePerGas`: sets the base fee of the next block in wei.

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
    let base_fee: U64 = params.required("base fee")?;
    node.state_mut().chain.choose_base_fee(Some(base_fee.to()));
    reply(())
}
