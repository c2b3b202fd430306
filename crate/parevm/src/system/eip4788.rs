//! EIP-4788: the root of the parent beacon block is stored in a contract.

use super::{ChangeStatus, ProtocolDatabase, call::store_word};
use crate::{block::Block, error::ExecuteError, vm::Environment};
use alloy_eips::eip4788::BEACON_ROOTS_ADDRESS;

/// Stores the beacon root.
///
/// # Errors
///
/// The state cannot be read.
pub fn apply(
    database: &mut dyn ProtocolDatabase,
    block: &Block,
    environment: &Environment,
) -> Result<ChangeStatus, ExecuteError> {
    let root = block.header.parent_beacon_block_root;
    store_word(database, block, environment, BEACON_ROOTS_ADDRESS, root)
}
