//! `debug_traceCall`: what a call would do on the state after a block, or with `txIndex` before that transaction
//! of it.

use super::{Json, RequestLimits, RpcError, calls, params::Params, replay::Replay};
use crate::chain::Chain;
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
    let header = calls::header_of(chain, block);
    let after = chain.state_after(block);
    let Some(index) = given.tx_index else {
        let simulation = Simulation::new(&header, &after, &overrides, limits.call)?;
        return params.reply(simulation.trace(&request, &given.tracing_options, &limits.trace)?);
    };
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
