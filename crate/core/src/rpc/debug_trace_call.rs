//! `debug_traceCall`: what a call would do on the state after a block.

use super::{RequestLimits, RpcError, calls, params::Params, reply};
use crate::{
    chain::Chain,
    simulate::{Overrides, Simulation},
};
use alloy_rpc_types_trace::geth::GethDebugTracingCallOptions;
use serde_json::Value;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Value, RpcError> {
    let request = params.required("transaction")?;
    let block = params.state(chain)?;
    let given: GethDebugTracingCallOptions = params.optional("options")?.unwrap_or_default();
    if given.tx_index.is_some() {
        return Err(RpcError::invalid("options", "txIndex is not supported"));
    }
    let overrides = Overrides {
        state: given.state_overrides.unwrap_or_default(),
        block: given.block_overrides.unwrap_or_default(),
    };
    let state = chain.state_after(block);
    let header = calls::header_of(chain, block);
    let simulation = Simulation::new(&header, &state, &overrides, limits.call)?;
    reply(simulation.trace(&request, &given.tracing_options, &limits.trace)?)
}
