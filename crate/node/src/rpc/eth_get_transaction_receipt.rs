//! `eth_getTransactionReceipt`: a receipt of the head's branch; null where it is not known.

use super::{Json, RpcError, object::receipt, params::Params, reply};
use crate::chain::Chain;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let position = chain.transaction(params.hash()?);
    let found = position.and_then(|at| receipt::of(chain, chain.block(at.block)?, at.index));
    reply(found)
}
