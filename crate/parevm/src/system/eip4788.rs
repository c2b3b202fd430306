//! EIP-4788: the root of the parent beacon block is stored in a contract.

use super::{Step, call::tell};
use crate::{block::Block, execute::ExecuteError, state::SourceError, vm::Environment};
use alloy_eips::eip4788::BEACON_ROOTS_ADDRESS;
use revm::{Database, DatabaseCommit};

/// Stores the beacon root.
///
/// # Errors
///
/// When the state cannot be read.
pub fn apply<DB>(
    database: &mut DB,
    block: &Block,
    environment: &Environment,
) -> Result<Step, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    let root = block.header.parent_beacon_block_root;
    tell(database, block, environment, BEACON_ROOTS_ADDRESS, root)
}
