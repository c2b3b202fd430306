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
use crate::chain::{Chain, StoredBlock};
use alloy_primitives::B256;
use branch::Branch;
use open::OpenBlock;
use schedule::Place;
use std::{collections::BTreeMap, sync::Arc};

/// A block that could follow, and what its calls returned.
#[derive(Clone, Debug)]
pub struct SimulatedBlock {
    /// The block with its receipts and the state after it. Its transactions have no signatures: both
    /// numbers of theirs are zero.
    pub block: Arc<StoredBlock>,
    /// One result for each transaction. Logs show transfers of ether, too, where that was asked for:
    /// receipts and roots do not know of those.
    pub calls: Vec<CallResult>,
}

/// Builds the blocks of `payload` on `base`, which `chain` holds, and returns them in order with those that
/// fill the gaps between their numbers.
///
/// [`CallLimits::gas`] holds for all calls together: each has at most what is left of it, whatever gas it
/// names.
///
/// # Errors
///
/// [`SimulateError`], when no such blocks can be. A call that reverts or halts is no error.
///
/// # Example
///
/// ```
/// use alloy_genesis::Genesis;
/// use parevm::{
///     Chain,
///     simulate::{CallLimits, SimulatePayload, simulate_blocks},
/// };
///
/// let chain = Chain::from_genesis(&Genesis {
///     gas_limit: 30_000_000,
///     ..Default::default()
/// })?;
/// // The second block is number 3, so that number 2 is between.
/// let payload: SimulatePayload = serde_json::from_str(
///     r#"{ "blockStateCalls": [
///         {
///             "stateOverrides": {
///                 "0x00000000000000000000000000000000000000aa": { "balance": "0x5" }
///             },
///             "calls": [{
///                 "from": "0x00000000000000000000000000000000000000aa",
///                 "to": "0x00000000000000000000000000000000000000bb",
///                 "value": "0x5"
///             }]
///         },
///         { "blockOverrides": { "number": "0x3" } }
///     ] }"#,
/// )?;
/// let blocks = simulate_blocks(&chain, chain.head(), &payload, &CallLimits::default())?;
/// assert_eq!(blocks.len(), 3);
/// assert_eq!(blocks[0].calls[0].gas_used, 21_000);
/// assert_eq!(blocks[2].block.number(), 3);
/// assert_eq!(chain.head().number(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn simulate_blocks(
    chain: &Chain,
    base: &Arc<StoredBlock>,
    payload: &SimulatePayload,
    limits: &CallLimits<'_>,
) -> Result<Vec<SimulatedBlock>, SimulateError> {
    payload.check()?;
    let between = BlockCalls::default();
    let places = schedule::places(&base.block.header, &payload.block_state_calls, &between)?;
    let mut simulator = Simulator {
        chain,
        base,
        parent: Arc::clone(base),
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
        let mut open = OpenBlock::new(&simulator, place, &branch)?;
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
    chain: &'a Chain,
    /// Block of the chain on which the first one is built.
    base: &'a StoredBlock,
    /// The newest block.
    parent: Arc<StoredBlock>,
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
            base: self.chain.state_after(self.base),
            hashes: self.hashes.clone(),
        };
        let overrides = &place.asked.block_overrides.facts;
        branch.hashes.extend(overrides.block_hash.iter().flatten());
        let changes = changes(&branch, &place.asked.state_overrides)?;
        branch.state.apply(&changes);
        Ok(branch)
    }
}
