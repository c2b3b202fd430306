//! `evm_snapshot`: keeps chain and pool as they are now, and returns the number to come back to them.

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
