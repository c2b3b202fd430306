//! `anvil_dropAllTransactions`: drops all transactions from the pool.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::{Node, Pool};

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    node.world_mut().pool = Pool::default();
    reply(())
}
