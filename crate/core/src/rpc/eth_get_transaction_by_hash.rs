//! `eth_getTransactionByHash`: a transaction of the head's branch, or one that waits; null where it is not
//! known.

use super::{
    RpcError,
    object::{transaction, waiting},
    params::Params,
    reply,
};
use crate::{chain::Chain, node::Pool};
use serde_json::Value;

pub(super) fn answer(
    chain: &Chain,
    pool: &Pool,
    params: &mut Params<'_>,
) -> Result<Value, RpcError> {
    let hash = params.hash()?;
    if let Some(waiting) = pool.get(hash) {
        return waiting::json(waiting);
    }
    let position = chain.transaction(hash);
    let found = position.and_then(|at| transaction::of(chain.block(at.block)?, at.index));
    reply(found)
}
