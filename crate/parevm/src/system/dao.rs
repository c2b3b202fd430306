//! EIP-779: the balances of the DAO are moved to a refund contract.

use super::{
    balance::{drain, increase},
    dao_accounts::{DRAINED, REFUND_CONTRACT},
};
use crate::{block::Block, error::ExecuteError, state::SourceError};
use alloy_primitives::U256;
use revm::{Database, DatabaseCommit};

/// Moves the balances, at the DAO fork block of the chain.
pub(super) fn apply<DB>(database: &mut DB, block: &Block) -> Result<(), ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    if block.schedule.dao_block() != Some(block.header.number) {
        return Ok(());
    }
    let mut moved = U256::ZERO;
    for address in DRAINED {
        moved = moved.saturating_add(drain(database, address)?);
    }
    increase(database, REFUND_CONTRACT, moved)
}
