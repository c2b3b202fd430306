//! Header of a simulated block before its calls execute.

use super::{block_plan::BlockPlan, simulator::Simulator};
use crate::{InvalidRequest, overrides::narrow};
use alloy_consensus::Header;
use alloy_primitives::{Bytes, U256};
use parevm::{
    build::{BlockAttributes, next_base_fee, next_header},
    vm::SpecId,
};

/// Returns the header of the block of `plan`, without the results of its calls.
pub(super) fn draft_header(
    simulator: &Simulator<'_>,
    plan: &BlockPlan<'_>,
) -> Result<Header, InvalidRequest> {
    let block_overrides = &plan.requested.block_overrides;
    let overrides = &block_overrides.header;
    let parent = &simulator.parent.block.header;
    let base_fee = match overrides.base_fee {
        Some(fee) => narrow(fee, "baseFeePerGas")?,
        None if simulator.has_validation => next_base_fee(parent),
        None => 0,
    };
    let attributes = BlockAttributes {
        timestamp: plan.timestamp,
        beneficiary: overrides.coinbase.unwrap_or(parent.beneficiary),
        gas_limit: overrides.gas_limit.unwrap_or(parent.gas_limit),
        base_fee: Some(base_fee),
        prev_randao: overrides.random.unwrap_or_default(),
        parent_beacon_block_root: overrides.beacon_root.unwrap_or_default(),
        extra_data: Bytes::new(),
        withdrawals: match &block_overrides.withdrawals {
            Some(withdrawals) => withdrawals.to_vec(),
            None => Vec::new(),
        },
    };
    let schedule = simulator.base.schedule;
    let spec = schedule.spec(plan.number, plan.timestamp);
    let since = |fork| spec.is_enabled_in(fork);
    // As in geth: a simulated block is not mined and has its parent's difficulty.
    let difficulty = overrides.difficulty.unwrap_or(parent.difficulty);
    let next_slot = || parent.slot_number.map_or(0, |slot| slot.saturating_add(1));
    Ok(Header {
        difficulty: match since(SpecId::MERGE) {
            true => U256::ZERO,
            false => difficulty,
        },
        slot_number: since(SpecId::AMSTERDAM).then(next_slot),
        ..next_header(schedule, parent, simulator.parent.hash, &attributes)
    })
}
