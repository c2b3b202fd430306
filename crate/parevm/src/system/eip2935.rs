//! EIP-2935: the parent's hash is stored in a contract.

use super::{ChangeStatus, call::store_word};
use crate::{block::Block, error::ExecuteError, state::SourceError, vm::Environment};
use alloy_eips::eip2935::HISTORY_STORAGE_ADDRESS;
use revm::{Database, DatabaseCommit};

/// Stores the parent's hash.
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
    let parent_hash = block.header.parent_hash;
    store_word(
        database,
        block,
        environment,
        HISTORY_STORAGE_ADDRESS,
        parent_hash,
    )
}
