//! EIP-2935: the parent's hash is stored in a contract.

use super::{ChangeStatus, ProtocolDatabase, call::store_word};
use crate::{block::Block, error::ExecuteError, vm::Environment};
use alloy_eips::eip2935::HISTORY_STORAGE_ADDRESS;

/// Stores the parent's hash.
///
/// # Errors
///
/// The state cannot be read.
pub fn apply(
    database: &mut dyn ProtocolDatabase,
    block: &Block,
    environment: &Environment,
) -> Result<ChangeStatus, ExecuteError> {
    let parent_hash = block.header.parent_hash;
    store_word(
        database,
        block,
        environment,
        HISTORY_STORAGE_ADDRESS,
        parent_hash,
    )
}
