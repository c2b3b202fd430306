//! `anvil_removePoolTransactions`: drops all transactions of an account from the pool (anvil).

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let sender = params.address()?;
    let pool = &mut node.state_mut().pool;
    let (ready, queued) = pool.of(sender, 0);
    let all = ready.into_iter().chain(queued);
    for hash in all
        .map(|transaction| transaction.hash())
        .collect::<Vec<_>>()
    {
        pool.remove(hash);
    }
    reply(())
}
