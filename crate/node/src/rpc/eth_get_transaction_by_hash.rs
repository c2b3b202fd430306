//! `eth_getTransactionByHash`: a transaction of the head's branch, or one that waits; null where it is not
//! known.

use super::{
    Json, RpcError,
    object::{transaction, waiting},
    params::Params,
    reply,
};
use crate::{chain::Chain, node::Pool};

pub(super) fn answer(
    chain: &Chain,
    pool: &Pool,
    params: &mut Params<'_>,
) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    if let Some(waiting) = pool.get(hash) {
        return reply(waiting::json(&waiting.sent)?);
    }
    let position = chain.transaction(hash);
    let found = position.and_then(|at| transaction::of(chain.block(at.block)?, at.index));
    reply(found)
}
