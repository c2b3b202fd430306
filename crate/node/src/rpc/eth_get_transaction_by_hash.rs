//! `eth_getTransactionByHash`: a pending transaction, or one of the head's branch; null where it is unknown.

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
    if let Some(transaction) = pool.get(hash) {
        return reply(pending::json(&transaction.sent)?);
    }
    let position = chain.transaction(hash);
    let found = position.and_then(|at| transaction::of(chain.block(at.block)?, at.index));
    reply(found)
}
