//! `evm_snapshot`: creates a snapshot of chain and pool, and returns its number.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    reply(node.snapshot()?)
}
