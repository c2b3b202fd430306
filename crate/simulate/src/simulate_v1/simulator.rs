//! Simulator of a payload: what its blocks share, and its progress.

use super::{
    SimulateError, SimulatePayload, SimulatedBlock, block_plan::BlockPlan,
    branch_state::BranchState,
};
use crate::{CallLimits, overridden_state::override_diff};
use alloy_primitives::B256;
use parevm::{block::ForkSchedule, build::ExecutedBlock, state::StateSource};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Block on which others are simulated.
#[derive(Clone, Copy)]
pub struct SimulationBase<'a> {
    /// Block and the state after it.
    pub block: &'a Arc<ExecutedBlock>,
    /// Source of the hashes of the block and its ancestors.
    pub state: &'a dyn StateSource,
    /// EIP-155 chain id of the simulated blocks.
    pub chain_id: u64,
    /// Fork schedule of the chain.
    pub schedule: &'a ForkSchedule,
}

impl fmt::Debug for SimulationBase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulationBase")
            .field("block", &self.block.hash)
            .field("chain_id", &self.chain_id)
            .finish_non_exhaustive()
    }
}

/// Simulator of a payload.
pub(super) struct Simulator<'a> {
    pub(super) base: SimulationBase<'a>,
    /// Parent of the next block.
    pub(super) parent: Arc<ExecutedBlock>,
    /// Hashes of the simulated blocks, by number.
    hashes: BTreeMap<u64, B256>,
    pub(super) traces_transfers: bool,
    pub(super) has_validation: bool,
    /// Gas that the remaining calls may use together.
    pub(super) gas_left: u64,
    pub(super) limits: &'a CallLimits<'a>,
}

impl<'a> Simulator<'a> {
    pub(super) fn new(
        base: SimulationBase<'a>,
        payload: &SimulatePayload,
        limits: &'a CallLimits<'a>,
    ) -> Self {
        Self {
            base,
            parent: Arc::clone(base.block),
            hashes: BTreeMap::new(),
            traces_transfers: payload.trace_transfers,
            has_validation: payload.validation,
            gas_left: limits.gas,
            limits,
        }
    }

    /// Returns the state before the block of `plan`, with its overrides.
    pub(super) fn state_before(
        &self,
        plan: &BlockPlan<'_>,
    ) -> Result<BranchState<'a>, SimulateError> {
        let mut branch = BranchState {
            state: self.parent.state.clone(),
            base: self.base.state,
            hashes: self.hashes.clone(),
        };
        let overrides = &plan.requested.block_overrides.header;
        branch.hashes.extend(overrides.block_hash.iter().flatten());
        let changes = override_diff(&branch, &plan.requested.state_overrides)?;
        branch.state.apply(&changes);
        Ok(branch)
    }

    /// Makes `block` the parent of the next one.
    pub(super) fn extend(&mut self, block: &SimulatedBlock) {
        self.parent = Arc::clone(&block.block);
        self.hashes.insert(block.block.number(), block.block.hash);
    }
}
