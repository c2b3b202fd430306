//! `eth_getTransactionByBlockHashAndIndex`: a transaction; null where block or transaction are unknown.

use crate::{
    chain::Chain,
    object::transaction,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = chain.block(params.hash()?);
    let index = params.index()?;
    reply(block.and_then(|block| transaction::of(block, index)))
}
