//! `eth_simulateV1`: simulated blocks with the results of their calls.

use crate::{
    chain::Chain,
    object::block,
    request::{Json, Params, RequestLimits, RpcError, require_state},
};
use alloy_rpc_types_eth::simulate::SimulatedBlock;
use parevm_simulate::{SimulatePayload, SimulationBase, simulate_blocks};

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let payload: SimulatePayload = params.required("payload")?;
    let base = params.block(chain)?;
    // The vectors of execution-apis have a different code here.
    let base = base.ok_or_else(|| RpcError::server("header not found".to_owned()))?;
    require_state(chain, base)?;
    let base = SimulationBase {
        block: base,
        state: &chain.state_after(base),
        chain_id: chain.chain_id(),
        schedule: chain.schedule(),
    };
    let blocks = simulate_blocks(base, &payload, &limits.call)?;
    let blocks = blocks.into_iter().map(|simulated| SimulatedBlock {
        inner: block::of(&simulated.block, payload.return_full_transactions),
        calls: simulated.calls,
    });
    params.reply(blocks.collect::<Vec<_>>())
}
