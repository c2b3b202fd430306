//! `eth_getTransactionByHash`: a transaction of the head's branch, or one that waits; null where it is not
//! known.

use crate::{
    chain::Chain,
    object::{pending, transaction},
    pool::TransactionPool,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    chain: &Chain,
    pool: &TransactionPool,
    params: &mut Params<'_>,
) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    if let Some(waiting) = pool.get(hash) {
        return reply(pending::json(&waiting.sent)?);
    }
    let position = chain.transaction(hash);
    let found = position.and_then(|at| transaction::of(chain.block(at.block)?, at.index));
    reply(found)
}
