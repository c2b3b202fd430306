//! `debug_traceTransaction`: what a transaction did.

use super::{Json, RequestLimits, RpcError, params::Params, replay::Replay};
use crate::chain::Chain;
use parevm_simulate::trace::{StrictOptions, trace_transaction};

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    let StrictOptions(options) = params.optional("options")?.unwrap_or_default();
    let unknown = || RpcError::server("transaction not found".to_owned());
    let position = chain.transaction(hash).ok_or_else(unknown)?;
    let block = chain.block(position.block).ok_or_else(unknown)?;
    let replay = Replay::new(chain, block)?;
    params.reply(trace_transaction(
        &replay.block,
        position.index,
        &replay.environment,
        &replay.before,
        &options,
        &limits.trace,
    )?)
}
