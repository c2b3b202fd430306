//! `anvil_dropTransaction`: drops a transaction from the pool and returns its hash; null where it does not
//! wait.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let dropped = node.world_mut().pool.remove(params.hash()?);
    reply(dropped.map(|transaction| transaction.hash()))
}
