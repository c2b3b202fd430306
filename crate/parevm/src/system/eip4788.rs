//! EIP-4788: the root of the parent beacon block is stored in a contract.

use super::{ChangeStatus, call::store_word};
use crate::{block::Block, error::ExecuteError, state::SourceError, vm::Environment};
use alloy_eips::eip4788::BEACON_ROOTS_ADDRESS;
use revm::{Database, DatabaseCommit};

/// Stores the beacon root.
///
/// # Errors
///
/// The state cannot be read.
pub fn apply<DB>(
    database: &mut DB,
    block: &Block,
    environment: &Environment,
) -> Result<ChangeStatus, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    let root = block.header.parent_beacon_block_root;
    store_word(database, block, environment, BEACON_ROOTS_ADDRESS, root)
}
