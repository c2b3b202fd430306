//! One transaction after the other: the specification.

use super::{ExecuteError, ExecuteOptions, Executed};
use crate::{block::Block, state::StateSource, vm::Environment};

/// Runs a block one transaction after the other.
#[derive(Debug)]
pub struct Sequential;

impl Sequential {
    /// Runs the whole block.
    ///
    /// # Errors
    ///
    /// As [`Engine::execute`](crate::Engine::execute).
    pub fn run<S: StateSource>(
        block: &Block,
        environment: &Environment,
        state: &S,
        options: &ExecuteOptions<'_>,
    ) -> Result<Executed, ExecuteError> {
        let _ = (block, environment, state, options);
        Err(ExecuteError::Bug {
            invariant: "the block was run",
        })
    }
}
