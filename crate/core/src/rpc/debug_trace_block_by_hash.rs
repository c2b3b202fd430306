//! `debug_traceBlockByHash`: what each transaction of a block did.

use super::{RequestLimits, RpcError, params::Params, replay};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Value, RpcError> {
    let block = chain
        .block(params.hash()?)
        .ok_or_else(|| RpcError::server("block not found".to_owned()))?;
    replay::answer(chain, block, params.optional("options")?, limits)
}
