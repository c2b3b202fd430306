//! EIP-4895: withdrawals of the consensus layer are paid.

use super::balance::increase;
use crate::{block::Block, execute::ExecuteError, state::SourceError};
use alloy_primitives::U256;
use revm::{Database, DatabaseCommit};

const WEI_PER_GWEI: u64 = 1_000_000_000;

/// Pays every withdrawal of the block.
pub(super) fn pay<DB>(database: &mut DB, block: &Block) -> Result<(), ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    for withdrawal in &block.withdrawals {
        let amount = U256::from(withdrawal.amount) * U256::from(WEI_PER_GWEI);
        increase(database, withdrawal.address, amount)?;
    }
    Ok(())
}
