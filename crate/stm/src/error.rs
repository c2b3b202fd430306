//! Why a read or a run gives no result.

use crate::TxIndex;

/// Why a read returned nothing. The run that made it cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// A lower transaction is computing the value. The run stops in the middle,
    /// as [`Step::Suspended`](crate::Step::Suspended), and is resumed later.
    #[error("a lower transaction is computing the value")]
    Suspended,
    /// The block was cancelled, or failed in a lower transaction.
    #[error("the run was stopped")]
    Stopped,
    /// The value before the block could not be had.
    #[error(transparent)]
    Base(E),
}

/// Why a block has no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError<E> {
    /// Transaction `index` failed when every lower one was final.
    #[error("transaction {index} failed")]
    Failed {
        /// The failing transaction.
        index: TxIndex,
        /// What the program said.
        source: E,
    },
    /// [`Program::cancelled`](crate::Program::cancelled) returned true.
    #[error("the run was cancelled after {settled} transactions")]
    Cancelled {
        /// Transactions that were final by then.
        settled: u32,
    },
    /// An invariant of the protocol broke. Please report it.
    #[error("bug: {invariant}")]
    Bug {
        /// What should have been true.
        invariant: &'static str,
    },
}
