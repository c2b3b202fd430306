//! `trace_get`: one call of a transaction, by its position among those of `trace_transaction` (anvil); null where
//! there is none, or without exactly one position.

use super::trace_transaction::calls;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};
use alloy_primitives::U64;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    let positions: Vec<U64> = params.required("positions")?;
    let &[position] = positions.as_slice() else {
        return params.reply(());
    };
    let position = usize::try_from(position.to::<u64>()).unwrap_or(usize::MAX);
    params.reply(calls(chain, hash, limits)?.get(position))
}
