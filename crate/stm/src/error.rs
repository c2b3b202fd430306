//! Errors of a read and of a parallel execution.

use crate::TxIndex;

/// Why a read returned no value. The execution that made it cannot continue.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// A lower transaction is computing the value. The execution stops with
    /// [`Progress::Suspended`](crate::Progress::Suspended) and is resumed later.
    #[error("a lower transaction is computing the value")]
    Suspended,
    /// The block was cancelled, or failed in a lower transaction.
    #[error("the execution of the block was stopped")]
    Stopped,
    /// The value before the block could not be loaded.
    #[error(transparent)]
    Base(E),
}

/// Why a block has no result.
#[derive(Debug, thiserror::Error)]
pub enum ParallelExecutionError<E> {
    /// Transaction `index` failed with all lower transactions committed.
    #[error("transaction {index} failed")]
    Failed {
        /// Failing transaction.
        index: TxIndex,
        /// Error of the program.
        source: E,
    },
    /// [`Program::cancelled`](crate::Program::cancelled) returned true.
    #[error("the execution was cancelled after {committed} committed transactions")]
    Cancelled {
        /// Number of transactions that were committed.
        committed: u32,
    },
    /// An invariant of the protocol broke. Please report it.
    #[error("invariant broken: {invariant}")]
    Bug {
        /// What was found.
        invariant: &'static str,
    },
}
