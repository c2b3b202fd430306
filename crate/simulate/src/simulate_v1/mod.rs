//! Blocks that could follow: what `eth_simulateV1` does.
//!
//! [`simulate_blocks`] builds whole blocks on one of a chain, as geth does, so that their hashes and roots
//! are the same: with the steps of the protocol around the calls, with empty blocks where numbers are left
//! out, and each on what the one before it left. The chain stays as it is.

mod branch;
mod error;
mod header;
mod logs;
mod open;
mod payload;
mod schedule;
mod transaction;

pub use alloy_rpc_types_eth::simulate::{
    MAX_SIMULATE_BLOCKS, SimCallResult as CallResult, SimulateError as CallFailure,
};
pub use error::SimulateError;
pub use payload::{BlockCalls, SimulatePayload, SimulatedBlockOverrides};

use super::{CallLimits, state::changes};
use alloy_primitives::B256;
use branch::Branch;
use open::{Draft, OpenBlock};
use parevm::{block::ForkSchedule, build::ExecutedBlock, state::StateSource};
use schedule::Place;
use std::{collections::BTreeMap, sync::Arc};

/// A block that could follow, and what its calls returned.
#[derive(Clone, Debug)]
pub struct SimulatedBlock {
    /// The block with its receipts and the state after it. Its transactions have no signatures: both
    /// numbers of theirs are zero.
    pub block: Arc<ExecutedBlock>,
    /// One result for each transaction. Logs show transfers of ether, too, where that was asked for:
    /// receipts and roots do not know of those.
    pub calls: Vec<CallResult>,
}

/// A block on which others are simulated.
#[derive(Clone, Copy)]
pub struct SimulationBase<'a> {
    /// The block and the state after it.
    pub block: &'a Arc<ExecutedBlock>,
    /// The same state, with the hashes of the block and its ancestors.
    pub state: &'a dyn StateSource,
    /// EIP-155 chain id of the simulated blocks.
    pub chain_id: u64,
    /// Fork schedule of the chain.
    pub schedule: &'a ForkSchedule,
}

/// Builds the blocks of `payload` on `base`, and returns them in order with those that fill the gaps between their
/// numbers.
///
/// [`CallLimits::gas`] holds for all calls together: each has at most what is left of it.
///
/// # Errors
///
/// [`SimulateError`], when no such blocks exist. A call that reverts or halts is no error.
///
/// # Example
///
/// `parevm-node`'s `eth_simulateV1` calls it with a block of its chain; see `crate/node/src/rpc/eth_simulate_v1.rs`.
pub fn simulate_blocks(
    base: SimulationBase<'_>,
    payload: &SimulatePayload,
    limits: &CallLimits<'_>,
) -> Result<Vec<SimulatedBlock>, SimulateError> {
    payload.check()?;
    let between = BlockCalls::default();
    let places = schedule::places(
        &base.block.block.header,
        &payload.block_state_calls,
        &between,
    )?;
    let mut simulator = Simulator {
        base,
        parent: Arc::clone(base.block),
        hashes: BTreeMap::new(),
        traces_transfers: payload.trace_transfers,
        validates: payload.validation,
        gas_left: limits.gas,
        limits,
    };
    let mut blocks = Vec::with_capacity(places.len());
    for place in &places {
        limits.ask()?;
        let branch = simulator.branch(place)?;
        let draft = Draft::new(&simulator, place)?;
        let mut open = OpenBlock::begin(&draft, &branch)?;
        for call in &place.asked.calls {
            limits.ask()?;
            let used = open.call(&simulator, call)?;
            simulator.gas_left = simulator.gas_left.saturating_sub(used);
        }
        let block = open.close(&simulator)?;
        simulator.parent = Arc::clone(&block.block);
        simulator
            .hashes
            .insert(block.block.number(), block.block.hash);
        blocks.push(block);
    }
    Ok(blocks)
}

/// What the blocks of a request have in common, and how far it is.
struct Simulator<'a> {
    base: SimulationBase<'a>,
    /// The newest block.
    parent: Arc<ExecutedBlock>,
    /// Hashes of the blocks that were built, by number.
    hashes: BTreeMap<u64, B256>,
    traces_transfers: bool,
    validates: bool,
    /// Gas that all calls which follow may use together.
    gas_left: u64,
    limits: &'a CallLimits<'a>,
}

impl<'a> Simulator<'a> {
    /// The state before the block at `place`.
    fn branch(&self, place: &Place<'_>) -> Result<Branch<'a>, SimulateError> {
        let mut branch = Branch {
            state: self.parent.state.clone(),
            base: self.base.state,
            hashes: self.hashes.clone(),
        };
        let overrides = &place.asked.block_overrides.facts;
        branch.hashes.extend(overrides.block_hash.iter().flatten());
        let changes = changes(&branch, &place.asked.state_overrides)?;
        branch.state.apply(&changes);
        Ok(branch)
    }
}
