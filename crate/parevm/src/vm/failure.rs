//! What an error of the EVM means for a block.

use crate::{execute::ExecuteError, state::SourceError};
use revm::context::result::EVMError;

/// Why a database of ours gave the EVM no answer.
pub trait DatabaseFailure: std::fmt::Display {
    /// What that means for the block. `index` is the transaction that read; `None` for the block's
    /// own system calls.
    fn into_execute_error(self, index: Option<usize>) -> ExecuteError;
}

impl DatabaseFailure for SourceError {
    fn into_execute_error(self, index: Option<usize>) -> ExecuteError {
        ExecuteError::StateUnavailable {
            index,
            source: self,
        }
    }
}

/// What `error` in the transaction at `index` means for the block; `None` is one of the block's own
/// system calls.
pub fn execute_error<E: DatabaseFailure>(index: Option<usize>, error: EVMError<E>) -> ExecuteError {
    match (error, index) {
        (EVMError::Transaction(source), Some(index)) => {
            ExecuteError::InvalidTransaction { index, source }
        }
        (EVMError::Database(failure), _) => failure.into_execute_error(index),
        (other, _) => ExecuteError::Evm {
            index,
            message: other.to_string(),
        },
    }
}
