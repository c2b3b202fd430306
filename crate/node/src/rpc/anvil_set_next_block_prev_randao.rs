//! `hardhat_setPrevRandao`, `anvil_setNextBlockPrevRandao`: sets PREVRANDAO of the next block only (hardhat). Refused
//! before the merge.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::B256;
use parevm::vm::SpecId;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let name = "prevRandao";
    let value: B256 = params.required(name)?;
    if !node.spec().is_enabled_in(SpecId::MERGE) {
        let reason = "only blocks after the merge have one";
        return Err(RpcError::invalid(name, reason));
    }
    node.state_mut().prev_randao = Some(value);
    reply(true)
}
