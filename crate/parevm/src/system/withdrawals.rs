//! EIP-4895: withdrawals of the consensus layer are paid.

use super::{Step, balance::increase};
use crate::{block::Block, execute::ExecuteError, state::SourceError};
use alloy_primitives::U256;
use alloy_trie::EMPTY_ROOT_HASH;
use revm::{Database, DatabaseCommit};

const WEI_PER_GWEI: u64 = 1_000_000_000;

/// Pays every withdrawal of the block. Skipped where the header tells of some that the input lacks.
pub(super) fn pay<DB>(database: &mut DB, block: &Block) -> Result<Step, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    for withdrawal in &block.withdrawals {
        let amount = U256::from(withdrawal.amount) * U256::from(WEI_PER_GWEI);
        increase(database, withdrawal.address, amount)?;
    }
    let declared = block.declared.withdrawals_root;
    let is_lacking =
        block.withdrawals.is_empty() && declared.is_some_and(|root| root != EMPTY_ROOT_HASH);
    Ok(if is_lacking {
        Step::Skipped
    } else {
        Step::Done
    })
}
