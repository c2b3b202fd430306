//! EIP-4895: withdrawals of the consensus layer.

use super::{ChangeStatus, ProtocolDatabase, balance::increase};
use crate::{block::Block, error::ExecuteError};
use alloy_primitives::U256;
use alloy_trie::EMPTY_ROOT_HASH;

const WEI_PER_GWEI: u64 = 1_000_000_000;

/// Pays the withdrawals of the block. Skipped if the header declares some and the input has none.
pub(super) fn pay(
    database: &mut dyn ProtocolDatabase,
    block: &Block,
) -> Result<ChangeStatus, ExecuteError> {
    for withdrawal in &block.withdrawals {
        let amount = U256::from(withdrawal.amount) * U256::from(WEI_PER_GWEI);
        increase(database, withdrawal.address, amount)?;
    }
    let declared = block.declared.withdrawals_root;
    let is_lacking =
        block.withdrawals.is_empty() && declared.is_some_and(|root| root != EMPTY_ROOT_HASH);
    Ok(if is_lacking {
        ChangeStatus::Skipped
    } else {
        ChangeStatus::Applied
    })
}
