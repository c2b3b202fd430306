//! Conversion of revm's errors into those of a block.

use crate::{error::ExecuteError, state::SourceError};
use revm::context::result::EVMError;

/// Error of a database.
pub trait DatabaseFailure: std::fmt::Display {
    /// Converts this error into that of the block. `index` is the transaction that read; `None` for a
    /// system call.
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

/// Converts the error of the transaction at `index` into that of the block; `None` is a system call.
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
