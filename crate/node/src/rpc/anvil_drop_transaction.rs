//! `anvil_dropTransaction`: drops a transaction from the pool and returns its hash; null where it is not pending.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let dropped = node.state_mut().pool.remove(params.hash()?);
    reply(dropped.map(|transaction| transaction.hash()))
}
