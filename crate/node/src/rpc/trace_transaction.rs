//! `trace_transaction`: the calls of a transaction in Parity's format (anvil); an empty list where it is unknown.

use super::replay::calls_of;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};
use alloy_primitives::B256;
use alloy_rpc_types_trace::parity::LocalizedTransactionTrace;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    params.reply(calls(chain, hash, limits)?)
}

/// Returns the calls of the transaction with this hash.
pub(super) fn calls(
    chain: &Chain,
    hash: B256,
    limits: &RequestLimits<'_>,
) -> Result<Vec<LocalizedTransactionTrace>, RpcError> {
    let position = chain.transaction(hash);
    let found = position.and_then(|at| Some((chain.block(at.block)?, at.index)));
    match found {
        Some((block, index)) => calls_of(chain, block, Some(index), limits),
        None => Ok(Vec::new()),
    }
}
