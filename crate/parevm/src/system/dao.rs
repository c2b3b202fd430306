//! EIP-779: the balances of the DAO are moved to a refund contract.

use super::{
    ProtocolDatabase,
    balance::{drain, increase},
    dao_accounts::{DRAINED, REFUND_CONTRACT},
};
use crate::{block::Block, error::ExecuteError};
use alloy_primitives::U256;

/// Moves the balances, at the DAO fork block of the chain.
pub(super) fn apply(
    database: &mut dyn ProtocolDatabase,
    block: &Block,
) -> Result<(), ExecuteError> {
    if block.schedule.dao_block() != Some(block.header.number) {
        return Ok(());
    }
    let mut moved = U256::ZERO;
    for address in DRAINED {
        moved = moved.saturating_add(drain(database, address)?);
    }
    increase(database, REFUND_CONTRACT, moved)
}
