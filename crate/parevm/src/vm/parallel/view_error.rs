//! What ends or stops a run on the multi-version memory.

use crate::{execute::ExecuteError, state::SourceError, vm::failure::DatabaseFailure};
use parevm_stm::ReadError;
use revm::database_interface::DBErrorMarker;

/// Why a read of a parallel run gave no value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ViewError {
    /// There is no value yet: the run is suspended.
    #[error("the run is suspended")]
    Suspended,
    /// The block has no result any more, whatever this transaction does.
    #[error("the run was stopped")]
    Stopped,
    /// The state source did not answer.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// An invariant of ours broke.
    #[error("bug: {0}")]
    Bug(&'static str),
}

impl DBErrorMarker for ViewError {}

impl From<ReadError<ExecuteError>> for ViewError {
    fn from(error: ReadError<ExecuteError>) -> Self {
        match error {
            ReadError::Suspended => Self::Suspended,
            ReadError::Stopped => Self::Stopped,
            ReadError::Base(ExecuteError::StateUnavailable { source, .. }) => Self::Source(source),
            ReadError::Base(_) => Self::Bug("reading the state fails for lack of state"),
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
                invariant: "a suspended run is no failure",
            },
            Self::Bug(invariant) => ExecuteError::Bug { invariant },
        }
    }
}
