//! Why there is no trace.

use crate::CallError;
use parevm::{execute::ExecuteError, interrupt::Interrupt};

/// Why there is no trace.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// There is no tracer of this name. Tracers written in JavaScript are not run.
    #[error("there is no tracer {tracer:?}")]
    UnknownTracer {
        /// What the options name.
        tracer: String,
    },
    /// The tracer does not take these settings.
    #[error("tracerConfig does not fit {tracer}")]
    Config {
        /// The tracer that the options name.
        tracer: String,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The block does not hold this transaction.
    #[error("the block has {transactions} transactions, none has the index {index}")]
    NoSuchTransaction {
        /// What was asked for.
        index: usize,
        /// Number of transactions in the block.
        transactions: usize,
    },
    /// The trace was ended from outside.
    #[error(transparent)]
    Interrupted(Interrupt),
    /// More would be recorded than is allowed. Ask for less: one transaction, a `limit`, no memory.
    #[error("the trace takes more than {limit} bytes")]
    TooLarge {
        /// Bytes that may be recorded.
        limit: usize,
    },
    /// The call that is to be traced contradicts itself, or no block can hold it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A transaction cannot be executed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}
