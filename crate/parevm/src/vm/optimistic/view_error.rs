//! Error of a read from the multi-version memory.

use crate::{error::ExecuteError, state::SourceError, vm::failure::DatabaseFailure};
use parevm_stm::ReadError;
use revm::database_interface::DBErrorMarker;

/// Error of a read in an optimistic execution.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ViewError {
    /// There is no value yet: the execution is suspended.
    #[error("the execution is suspended")]
    Suspended,
    /// The block has failed or was cancelled.
    #[error("the execution was stopped")]
    Stopped,
    /// The state source failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// An invariant of this crate is broken.
    #[error("invariant broken: {0}")]
    Bug(&'static str),
}

impl DBErrorMarker for ViewError {}

impl From<ReadError<ExecuteError>> for ViewError {
    fn from(error: ReadError<ExecuteError>) -> Self {
        match error {
            ReadError::Suspended => Self::Suspended,
            ReadError::Stopped => Self::Stopped,
            ReadError::Base(ExecuteError::StateUnavailable { source, .. }) => Self::Source(source),
            ReadError::Base(_) => {
                Self::Bug("a read of the state failed with an error other than the source's")
            }
        }
    }
}

impl DatabaseFailure for ViewError {
    fn into_execute_error(self, index: Option<usize>) -> ExecuteError {
        match self {
            Self::Source(source) => source.into_execute_error(index),
            Self::Stopped => ExecuteError::Cancelled {
                committed: index.unwrap_or_default(),
            },
            Self::Suspended => ExecuteError::Bug {
                invariant: "a suspended execution was taken for a failure",
            },
            Self::Bug(invariant) => ExecuteError::Bug { invariant },
        }
    }
}
