//! EIP-2935: the parent's hash is stored in a contract.

use super::{Step, call::call};
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
    if block.header.number == 0 {
        return Ok(Step::Done);
    }
    let Some(parent_hash) = block.header.parent_hash else {
        return Ok(Step::Skipped);
    };
    let ran = call(
        database,
        environment,
        HISTORY_STORAGE_ADDRESS,
        parent_hash.into(),
    )?;
    Ok(if ran.is_some() {
        Step::Done
    } else {
        Step::Skipped
    })
}
