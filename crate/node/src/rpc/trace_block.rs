//! `trace_block`: the calls of a block's transactions in Parity's format (anvil); an empty list where the block is
//! unknown.

use super::replay::calls_of;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};

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
