//! `evm_revert`: restores a snapshot of `evm_snapshot`, and removes it and all later ones; false where it does not
//! exist.

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
    let snapshot: U64 = params.required("snapshot")?;
    reply(node.revert(snapshot))
}
