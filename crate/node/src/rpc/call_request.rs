//! Request of the methods that run a call: transaction, block and overrides.

use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};
use parevm::build::ExecutedBlock;
use parevm_simulate::{CallError, CallRequest, Overrides, Simulation};
use serde::Serialize;

/// Answers with the result of `run` for the call in `params`: transaction, block, overrides of state and block.
pub(super) fn answer<T: Serialize>(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
    run: impl FnOnce(&Simulation<'_>, &CallRequest) -> Result<T, CallError>,
) -> Result<Json, RpcError> {
    let request = params.required("transaction")?;
    let block = params.state(chain)?;
    let overrides = Overrides {
        state: params.optional("state overrides")?.unwrap_or_default(),
        block: params.optional("block overrides")?.unwrap_or_default(),
    };
    let result = simulate(chain, block, &overrides, limits, |simulation| {
        run(simulation, &request)
    });
    params.reply(result?)
}

/// Returns the result of `run` on `block`, whose state is known, with `overrides`.
pub(super) fn simulate<T>(
    chain: &Chain,
    block: &ExecutedBlock,
    overrides: &Overrides,
    limits: &RequestLimits<'_>,
    run: impl FnOnce(&Simulation<'_>) -> Result<T, CallError>,
) -> Result<T, CallError> {
    let state = chain.state_after(block);
    let header = chain.empty_block(block);
    run(&Simulation::new(&header, &state, overrides, limits.call)?)
}
