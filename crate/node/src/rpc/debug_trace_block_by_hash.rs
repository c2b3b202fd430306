//! `debug_traceBlockByHash`: the traces of the transactions of a block.

use super::replay;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    let block = chain
        .block(hash)
        .ok_or_else(|| RpcError::server(format!("block {hash} not found")))?;
    replay::answer(chain, block, params.optional("options")?, limits)
}
