//! The header of a simulated block before its calls.

use super::{Simulator, schedule::Place};
use crate::{
    chain::{next_base_fee, next_excess_blob_gas},
    simulate::{Conflict, overrides::small},
    vm::SpecId,
};
use alloy_consensus::{Header, proofs::calculate_withdrawals_root};
use alloy_primitives::{B256, U256};

/// The header of the block at `place`. What its calls use and leave is missing.
pub(super) fn header(simulator: &Simulator<'_>, place: &Place<'_>) -> Result<Header, Conflict> {
    let overrides = &place.asked.block_overrides;
    let facts = &overrides.facts;
    let parent = &simulator.parent.block.header;
    let schedule = simulator.chain.schedule();
    let spec = schedule.spec(place.number, place.timestamp);
    let since = |fork| spec.is_enabled_in(fork);
    let base_fee = match facts.base_fee {
        Some(fee) => small(fee, "baseFeePerGas")?,
        None if simulator.validates => next_base_fee(parent),
        None => 0,
    };
    let difficulty = facts.difficulty.unwrap_or(parent.difficulty);
    let withdrawals = overrides
        .withdrawals
        .as_deref()
        .map_or(&[][..], Vec::as_slice);
    let blob_params = schedule.blob_params(place.number, place.timestamp);
    let beacon_root = facts.beacon_root.unwrap_or_default();
    let next_slot = || parent.slot_number.map_or(0, |slot| slot.saturating_add(1));
    Ok(Header {
        parent_hash: simulator.parent.hash,
        beneficiary: facts.coinbase.unwrap_or(parent.beneficiary),
        difficulty: if since(SpecId::MERGE) {
            U256::ZERO
        } else {
            difficulty
        },
        number: place.number,
        gas_limit: facts.gas_limit.unwrap_or(parent.gas_limit),
        timestamp: place.timestamp,
        mix_hash: facts.random.unwrap_or(B256::ZERO),
        base_fee_per_gas: since(SpecId::LONDON).then_some(base_fee),
        withdrawals_root: since(SpecId::SHANGHAI).then(|| calculate_withdrawals_root(withdrawals)),
        excess_blob_gas: blob_params.map(|params| next_excess_blob_gas(parent, &params)),
        parent_beacon_block_root: since(SpecId::CANCUN).then_some(beacon_root),
        slot_number: since(SpecId::AMSTERDAM).then(next_slot),
        ..Header::default()
    })
}
