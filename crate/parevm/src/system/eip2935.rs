//! EIP-2935: the parent's hash is stored in a contract.

use super::{Step, call::tell};
use crate::{block::Block, execute::ExecuteError, state::SourceError, vm::Environment};
use alloy_eips::eip2935::HISTORY_STORAGE_ADDRESS;
use revm::{Database, DatabaseCommit};

/// Stores the parent's hash.
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
    let parent_hash = block.header.parent_hash;
    tell(
        database,
        block,
        environment,
        HISTORY_STORAGE_ADDRESS,
        parent_hash,
    )
}
