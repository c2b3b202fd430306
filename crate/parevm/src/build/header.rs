//! Header of a new block, derived from its parent, its fork and the builder's choices.

use super::next_difficulty;
use crate::{block::ForkSchedule, vm::SpecId};
use alloy_consensus::{Header, proofs::calculate_withdrawals_root};
use alloy_eips::{
    eip1559::{BaseFeeParams, INITIAL_BASE_FEE, calc_next_block_base_fee},
    eip4895::Withdrawal,
    eip7685::EMPTY_REQUESTS_HASH,
    eip7840::BlobParams,
};
use alloy_primitives::{Address, B256, Bytes, U256};

/// Choices of the block builder. Parent, transactions and fork determine the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockAttributes {
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
    /// Recipient of the fees.
    pub beneficiary: Address,
    /// Gas limit of the block.
    pub gas_limit: u64,
    /// Base fee, in wei per gas; `None` for that of EIP-1559. Other nodes reject a block with any other.
    pub base_fee: Option<u64>,
    /// Randomness of the beacon chain (EIP-4399).
    pub prev_randao: B256,
    /// Root of the parent beacon block (EIP-4788).
    pub parent_beacon_block_root: B256,
    /// Arbitrary data, at most 32 bytes.
    pub extra_data: Bytes,
    /// Withdrawals (EIP-4895).
    pub withdrawals: Vec<Withdrawal>,
}

/// Returns the header of the child of `parent` (with hash `parent_hash`), without the results of execution.
#[must_use]
pub fn next_header(
    schedule: &ForkSchedule,
    parent: &Header,
    parent_hash: B256,
    attributes: &BlockAttributes,
) -> Header {
    let (number, timestamp) = (parent.number.saturating_add(1), attributes.timestamp);
    let spec = schedule.spec(number, timestamp);
    let since = |fork| spec.is_enabled_in(fork);
    let base_fee = attributes.base_fee.unwrap_or_else(|| next_base_fee(parent));
    let blobs = schedule.blob_params(number, timestamp);
    let beacon_root = attributes.parent_beacon_block_root;
    let slot = parent.slot_number.unwrap_or_default().saturating_add(1);
    Header {
        parent_hash,
        beneficiary: attributes.beneficiary,
        difficulty: match since(SpecId::MERGE) {
            true => U256::ZERO,
            false => next_difficulty(schedule, parent, timestamp),
        },
        number,
        gas_limit: attributes.gas_limit,
        timestamp,
        extra_data: attributes.extra_data.clone(),
        mix_hash: attributes.prev_randao,
        base_fee_per_gas: since(SpecId::LONDON).then_some(base_fee),
        withdrawals_root: since(SpecId::SHANGHAI)
            .then(|| calculate_withdrawals_root(&attributes.withdrawals)),
        excess_blob_gas: blobs.map(|params| next_excess_blob_gas(parent, &params)),
        parent_beacon_block_root: since(SpecId::CANCUN).then_some(beacon_root),
        requests_hash: since(SpecId::PRAGUE).then_some(EMPTY_REQUESTS_HASH),
        slot_number: since(SpecId::AMSTERDAM).then_some(slot),
        ..Header::default()
    }
}

/// Returns the base fee of the child of `parent` (EIP-1559), in wei per gas. Valid from London on.
#[must_use]
pub fn next_base_fee(parent: &Header) -> u64 {
    parent
        .base_fee_per_gas
        .map_or(INITIAL_BASE_FEE, |base_fee| {
            calc_next_block_base_fee(
                parent.gas_used,
                parent.gas_limit,
                base_fee,
                BaseFeeParams::ethereum(),
            )
        })
}

/// Returns the excess blob gas of the child of `parent`, under the child's `params` (EIP-4844, EIP-7918).
#[must_use]
pub fn next_excess_blob_gas(parent: &Header, params: &BlobParams) -> u64 {
    params.next_block_excess_blob_gas_osaka(
        parent.excess_blob_gas.unwrap_or_default(),
        parent.blob_gas_used.unwrap_or_default(),
        parent.base_fee_per_gas.unwrap_or_default(),
    )
}
