//! Header of a simulated block before its calls.

use super::{Simulator, schedule::Place};
use crate::{Conflict, overrides::small};
use alloy_consensus::Header;
use alloy_primitives::{Bytes, U256};
use parevm::{
    build::{BlockAttributes, next_base_fee, next_header},
    vm::SpecId,
};

/// Header of the block at `place`, without the results of its calls.
pub(super) fn header(simulator: &Simulator<'_>, place: &Place<'_>) -> Result<Header, Conflict> {
    let overrides = &place.asked.block_overrides;
    let facts = &overrides.facts;
    let parent = &simulator.parent.block.header;
    let base_fee = match facts.base_fee {
        Some(fee) => small(fee, "baseFeePerGas")?,
        None if simulator.validates => next_base_fee(parent),
        None => 0,
    };
    let attributes = BlockAttributes {
        timestamp: place.timestamp,
        beneficiary: facts.coinbase.unwrap_or(parent.beneficiary),
        gas_limit: facts.gas_limit.unwrap_or(parent.gas_limit),
        base_fee: Some(base_fee),
        prev_randao: facts.random.unwrap_or_default(),
        parent_beacon_block_root: facts.beacon_root.unwrap_or_default(),
        extra_data: Bytes::new(),
        withdrawals: match &overrides.withdrawals {
            Some(withdrawals) => withdrawals.to_vec(),
            None => Vec::new(),
        },
    };
    let schedule = simulator.base.schedule;
    let spec = schedule.spec(place.number, place.timestamp);
    let since = |fork| spec.is_enabled_in(fork);
    // As in geth, nobody mines a simulated block: its difficulty is its parent's.
    let difficulty = facts.difficulty.unwrap_or(parent.difficulty);
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
