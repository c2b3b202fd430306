//! `anvil_dropAllTransactions`: drops all transactions from the pool.

use crate::{
    node::{Node, RequestContext},
    pool::TransactionPool,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    node.state_mut().pool = TransactionPool::default();
    reply(())
}
