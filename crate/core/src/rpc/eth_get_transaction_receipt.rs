//! `eth_getTransactionReceipt`: a receipt of the head's branch; null where it is not known.

use super::{RpcError, object::receipt, params::Params, reply};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let position = chain.transaction(params.hash()?);
    let found = position.and_then(|at| receipt::of(chain, chain.block(at.block)?, at.index));
    reply(found)
}
