//! `trace_block`: the calls of a block's transactions as Parity lists them (anvil); an empty list where the block is not
//! known.

use super::{Json, RequestLimits, RpcError, params::Params, replay::calls_of};
use crate::chain::Chain;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    match params.block(chain)? {
        Some(block) => params.reply(calls_of(chain, block, None, limits)?),
        None => params.reply([(); 0]),
    }
}
