//! Rules of a header and its parent.

use super::Violation;
use alloy_consensus::Header;
use alloy_eips::eip1559::GAS_LIMIT_BOUND_DIVISOR;
use alloy_primitives::{B64, U256};
use parevm::{
    block::ForkSchedule,
    build::{next_base_fee, next_difficulty, next_excess_blob_gas},
    vm::SpecId,
};

pub(super) const LEAST_GAS_LIMIT: u64 = 5_000;
const MAX_GAS_LIMIT: u64 = i64::MAX as u64;
const MAX_EXTRA_DATA: usize = 32;
const DAO_EXTRA_DATA: &[u8] = b"dao-hard-fork";
/// Number of blocks from the DAO fork on whose extra data is fixed.
const DAO_BLOCKS: u64 = 10;
/// Factor of the gas limit at the London fork, which keeps the gas target.
const ELASTICITY: u64 = 2;

/// Checks that `header` has exactly the fields of its fork.
///
/// # Errors
///
/// [`Violation::FieldMissing`] or [`Violation::FieldUnexpected`].
pub(super) fn check_fields(schedule: &ForkSchedule, header: &Header) -> Result<(), Violation> {
    let spec = schedule.spec(header.number, header.timestamp);
    let fields = [
        (
            SpecId::LONDON,
            "baseFeePerGas",
            header.base_fee_per_gas.is_some(),
        ),
        (
            SpecId::SHANGHAI,
            "withdrawalsRoot",
            header.withdrawals_root.is_some(),
        ),
        (
            SpecId::CANCUN,
            "blobGasUsed",
            header.blob_gas_used.is_some(),
        ),
        (
            SpecId::CANCUN,
            "excessBlobGas",
            header.excess_blob_gas.is_some(),
        ),
        (
            SpecId::CANCUN,
            "parentBeaconBlockRoot",
            header.parent_beacon_block_root.is_some(),
        ),
        (
            SpecId::PRAGUE,
            "requestsHash",
            header.requests_hash.is_some(),
        ),
        (
            SpecId::AMSTERDAM,
            "blockAccessListHash",
            header.block_access_list_hash.is_some(),
        ),
        (
            SpecId::AMSTERDAM,
            "slotNumber",
            header.slot_number.is_some(),
        ),
    ];
    for (since, field, is_present) in fields {
        check_presence(spec, since, field, is_present)?;
    }
    Ok(())
}

/// Checks that a field of the forks from `since` on is present exactly in those.
pub(super) fn check_presence(
    spec: SpecId,
    since: SpecId,
    field: &'static str,
    is_present: bool,
) -> Result<(), Violation> {
    match (spec.is_enabled_in(since), is_present) {
        (true, false) => Err(Violation::FieldMissing { field, spec }),
        (false, true) => Err(Violation::FieldUnexpected { field, spec }),
        _ => Ok(()),
    }
}

/// Checks whether `header` can follow `parent`.
///
/// # Errors
///
/// [`Violation`]: the first violated rule.
pub(super) fn check_header(
    schedule: &ForkSchedule,
    parent: &Header,
    header: &Header,
) -> Result<(), Violation> {
    check_fields(schedule, header)?;
    let expected = parent.number.saturating_add(1);
    if header.number != expected {
        let found = header.number;
        return Err(Violation::Number { found, expected });
    }
    if header.timestamp <= parent.timestamp {
        return Err(Violation::Timestamp {
            found: header.timestamp,
            parent: parent.timestamp,
        });
    }
    check_extra_data(schedule, header)?;
    check_gas(schedule, parent, header)?;
    if let Some(found) = header.base_fee_per_gas {
        let expected = next_base_fee(parent);
        if found != expected {
            return Err(Violation::BaseFee { found, expected });
        }
    }
    check_difficulty(schedule, parent, header)?;
    if let (Some(found), Some(params)) = (
        header.excess_blob_gas,
        schedule.blob_params(header.number, header.timestamp),
    ) {
        let expected = next_excess_blob_gas(parent, &params);
        if found != expected {
            return Err(Violation::ExcessBlobGas { found, expected });
        }
    }
    Ok(())
}

fn check_extra_data(schedule: &ForkSchedule, header: &Header) -> Result<(), Violation> {
    if header.extra_data.len() > MAX_EXTRA_DATA {
        return Err(Violation::ExtraDataLength {
            found: header.extra_data.len(),
            most: MAX_EXTRA_DATA,
        });
    }
    let since_dao = schedule
        .dao_block()
        .and_then(|dao| header.number.checked_sub(dao));
    if since_dao.is_some_and(|since| since < DAO_BLOCKS) && *header.extra_data != *DAO_EXTRA_DATA {
        let found = header.extra_data.clone();
        return Err(Violation::DaoExtraData { found });
    }
    Ok(())
}

fn check_gas(schedule: &ForkSchedule, parent: &Header, header: &Header) -> Result<(), Violation> {
    let found = header.gas_limit;
    if header.gas_used > found {
        return Err(Violation::GasUsedAboveLimit {
            found: header.gas_used,
            limit: found,
        });
    }
    if !(LEAST_GAS_LIMIT..=MAX_GAS_LIMIT).contains(&found) {
        return Err(Violation::GasLimitBounds {
            found,
            least: LEAST_GAS_LIMIT,
            most: MAX_GAS_LIMIT,
        });
    }
    let spec = schedule.spec(header.number, header.timestamp);
    let is_first_of_london =
        spec.is_enabled_in(SpecId::LONDON) && parent.base_fee_per_gas.is_none();
    let before = match is_first_of_london {
        true => parent.gas_limit.saturating_mul(ELASTICITY),
        false => parent.gas_limit,
    };
    let bound = before / GAS_LIMIT_BOUND_DIVISOR;
    if found.abs_diff(before) >= bound {
        return Err(Violation::GasLimitChange {
            found,
            parent: before,
            bound,
        });
    }
    Ok(())
}

fn check_difficulty(
    schedule: &ForkSchedule,
    parent: &Header,
    header: &Header,
) -> Result<(), Violation> {
    let spec = schedule.spec(header.number, header.timestamp);
    let is_merged = spec.is_enabled_in(SpecId::MERGE);
    let expected = match is_merged {
        true => U256::ZERO,
        false => next_difficulty(schedule, parent, header.timestamp),
    };
    if header.difficulty != expected {
        let found = header.difficulty;
        return Err(Violation::Difficulty { found, expected });
    }
    if is_merged && header.nonce != B64::ZERO {
        return Err(Violation::Nonce {
            found: header.nonce,
        });
    }
    Ok(())
}
