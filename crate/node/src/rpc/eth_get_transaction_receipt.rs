//! `eth_getTransactionReceipt`: a receipt of the head's branch; null where it is unknown.

use crate::{
    chain::Chain,
    object::receipt,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let position = chain.transaction(params.hash()?);
    let found = position.and_then(|at| receipt::of(chain, chain.block(at.block)?, at.index));
    reply(found)
}
