//! `debug_traceCall`: the trace of a call on the state after a block, or before its transaction `txIndex`.

use super::replay::Replay;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};
use alloy_rpc_types_trace::geth::GethDebugTracingCallOptions;
use parevm::state::LayeredState;
use parevm_simulate::{
    Overrides, Simulation,
    trace::{StrictOptions, TracePosition},
};

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let request = params.required("transaction")?;
    let block = params.state(chain)?;
    let StrictOptions(given): StrictOptions<GethDebugTracingCallOptions> =
        params.optional("options")?.unwrap_or_default();
    let overrides = Overrides {
        state: given.state_overrides.unwrap_or_default(),
        block: given.block_overrides.unwrap_or_default(),
    };
    let header = chain.empty_block(block);
    let after = chain.state_after(block);
    let Some(index) = given.tx_index else {
        let simulation = Simulation::new(&header, &after, &overrides, limits.call)?;
        return params.reply(simulation.trace(&request, &given.tracing_options, &limits.trace)?);
    };
    if !cfg!(feature = "dev") {
        return Err(RpcError::left_out("debug_traceCall with txIndex"));
    }
    let replay = Replay::new(chain, block)?;
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    let changes = replay.changes_before(index, &limits.call)?;
    let before = LayeredState::new(&replay.before, changes);
    let simulation = Simulation::new(&header, &before, &overrides, limits.call)?;
    let earlier = block.receipts.iter().take(index);
    let position =
        TracePosition::after_logs(earlier.map(|receipt| receipt.logs.len() as u64).sum());
    params.reply(simulation.trace_at(position, &request, &given.tracing_options, &limits.trace)?)
}
