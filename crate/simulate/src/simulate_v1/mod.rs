//! Simulation of blocks on a block of a chain: `eth_simulateV1`.
//!
//! [`simulate_blocks`] builds whole blocks as geth does, so that their hashes and roots are equal: with
//! pre-execution and post-execution changes, with empty blocks in the gaps between numbers, and each on the
//! state after the one before it. The chain is not changed.
//!
//! Below it, lowest first: the payload and its errors; the plan of the blocks; header and state of one block; the
//! block while its calls execute.

mod block_plan;
mod branch_state;
mod error;
mod header;
mod log_tracer;
mod open_block;
mod payload;
mod simulated_block;
mod simulator;
mod transaction;

pub use alloy_rpc_types_eth::simulate::{
    MAX_SIMULATE_BLOCKS, SimCallResult as CallResult, SimulateError as CallFailure,
};
pub use error::SimulateError;
pub use payload::{BlockCalls, SimulatePayload, SimulatedBlockOverrides};
pub use simulated_block::SimulatedBlock;
pub use simulator::SimulationBase;

use crate::CallLimits;
use open_block::{BlockDraft, OpenBlock};
use simulator::Simulator;

/// Builds the blocks of `payload` on `base`, and returns them in order with the empty blocks in the gaps.
///
/// [`CallLimits::gas`] applies to all calls together: each is capped at what the ones before it have left.
///
/// # Errors
///
/// [`SimulateError`]: the payload has no valid blocks. A call that reverts or halts is not an error.
///
/// # Example
///
/// ```
/// use alloy_consensus::Header;
/// use alloy_eips::eip4895::Withdrawals;
/// use alloy_primitives::U256;
/// use parevm::{
///     MemoryState,
///     block::ForkSchedule,
///     build::{BlockResults, seal},
///     state::TrieState,
///     vm::SpecId,
/// };
/// use parevm_simulate::{CallLimits, SimulationBase, simulate_blocks};
/// use std::sync::Arc;
///
/// // A chain of one block, the genesis.
/// let schedule = ForkSchedule::always(SpecId::LONDON);
/// let header = Header { gas_limit: 30_000_000, ..Default::default() };
/// let results = BlockResults {
///     receipts: Vec::new(),
///     receipt_roots: Vec::new(),
///     gas_used: 0,
///     blob_gas_used: 0,
///     requests_hash: None,
///     block_access_list: None,
///     state: TrieState::default(),
/// };
/// let withdrawals = Withdrawals::default();
/// let genesis = seal(header, SpecId::LONDON, Vec::new(), withdrawals, results, U256::ZERO);
///
/// let base = SimulationBase {
///     block: &Arc::new(genesis),
///     state: &MemoryState::default(),
///     chain_id: 1,
///     schedule: &schedule,
/// };
/// // Block 2 leaves a gap; its call runs NUMBER and returns the word.
/// let payload = serde_json::from_str(
///     r#"{ "blockStateCalls": [{
///         "blockOverrides": { "number": "0x2" },
///         "stateOverrides": {
///             "0x00000000000000000000000000000000000000aa": { "code": "0x4360005260206000f3" }
///         },
///         "calls": [{ "to": "0x00000000000000000000000000000000000000aa" }]
///     }] }"#,
/// )?;
/// let blocks = simulate_blocks(base, &payload, &CallLimits::default())?;
/// let [empty, block] = blocks.as_slice() else { panic!("two blocks") };
/// assert_eq!((empty.block.number(), empty.calls.len()), (1, 0));
/// assert_eq!(block.block.block.header.parent_hash, empty.block.hash);
/// assert_eq!(block.calls[0].return_data.last(), Some(&2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn simulate_blocks(
    base: SimulationBase<'_>,
    payload: &SimulatePayload,
    limits: &CallLimits<'_>,
) -> Result<Vec<SimulatedBlock>, SimulateError> {
    payload.check()?;
    let empty = BlockCalls::default();
    let header = &base.block.block.header;
    let plans = block_plan::plan_blocks(header, &payload.block_state_calls, &empty)?;
    let mut simulator = Simulator::new(base, payload, limits);
    let mut blocks = Vec::with_capacity(plans.len());
    for plan in &plans {
        limits.ask()?;
        let state = simulator.state_before(plan)?;
        let draft = BlockDraft::new(&simulator, plan)?;
        let mut open = OpenBlock::begin(&draft, &state)?;
        for call in &plan.requested.calls {
            limits.ask()?;
            let used = open.call(&simulator, call)?;
            simulator.gas_left = simulator.gas_left.saturating_sub(used);
        }
        let block = open.finish(&simulator)?;
        simulator.extend(&block);
        blocks.push(block);
    }
    Ok(blocks)
}
