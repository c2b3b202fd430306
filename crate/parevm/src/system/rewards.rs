//! Block and ommer rewards before the merge.

use super::{ChangeStatus, ProtocolDatabase, balance::increase};
use crate::{
    block::{Block, Ommer},
    error::ExecuteError,
    vm::{Environment, SpecId},
};
use alloy_primitives::U256;

const WEI_PER_ETHER: u128 = 1_000_000_000_000_000_000;

/// Returns the block reward in wei, without ommers; `None` after the merge.
const fn block_reward(spec: SpecId) -> Option<u128> {
    if spec.is_enabled_in(SpecId::MERGE) {
        None
    } else if spec.is_enabled_in(SpecId::PETERSBURG) {
        Some(2 * WEI_PER_ETHER)
    } else if spec.is_enabled_in(SpecId::BYZANTIUM) {
        Some(3 * WEI_PER_ETHER)
    } else {
        Some(5 * WEI_PER_ETHER)
    }
}

/// Returns the reward in wei of an ommer that is `depth` blocks older than the block that includes it.
const fn ommer_reward(base: u128, depth: u64) -> u128 {
    base * 8u64.saturating_sub(depth) as u128 / 8
}

/// Pays the beneficiaries of the block and its ommers.
pub(super) fn pay(
    database: &mut dyn ProtocolDatabase,
    block: &Block,
    environment: &Environment,
) -> Result<ChangeStatus, ExecuteError> {
    let Some(base) = block_reward(environment.spec()) else {
        return Ok(ChangeStatus::Applied);
    };
    let mut status = ChangeStatus::Applied;
    for ommer in &block.ommers {
        match *ommer {
            Ommer::Known {
                beneficiary,
                number,
            } => {
                let reward = ommer_reward(base, block.header.number.saturating_sub(number));
                increase(database, beneficiary, U256::from(reward))?;
            }
            Ommer::HashOnly(_) => status = ChangeStatus::Skipped,
        }
    }
    let for_ommers = base / 32 * block.ommers.len() as u128;
    increase(
        database,
        block.header.beneficiary,
        U256::from(base + for_ommers),
    )?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewards_fall_with_the_forks() {
        assert_eq!(
            block_reward(SpecId::FRONTIER),
            Some(5_000_000_000_000_000_000)
        );
        assert_eq!(
            block_reward(SpecId::BYZANTIUM),
            Some(3_000_000_000_000_000_000)
        );
        assert_eq!(
            block_reward(SpecId::LONDON),
            Some(2_000_000_000_000_000_000)
        );
        assert_eq!(block_reward(SpecId::MERGE), None);
    }

    #[test]
    fn an_ommer_earns_an_eighth_less_per_block_of_age() {
        assert_eq!(
            ommer_reward(2_000_000_000_000_000_000, 1),
            1_750_000_000_000_000_000
        );
        assert_eq!(
            ommer_reward(2_000_000_000_000_000_000, 6),
            500_000_000_000_000_000
        );
        assert_eq!(ommer_reward(2_000_000_000_000_000_000, 9), 0);
    }
}
