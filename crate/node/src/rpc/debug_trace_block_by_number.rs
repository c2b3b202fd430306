//! `debug_traceBlockByNumber`: the traces of the transactions of a block.

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
    let block = params
        .block(chain)?
        .ok_or_else(|| RpcError::server("block not found".to_owned()))?;
    replay::answer(chain, block, params.optional("options")?, limits)
}
