//! Error of a trace.

use parevm::{execute::ExecuteError, interrupt::Interrupt};

/// Error of a trace.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// No tracer has this name. Tracers written in JavaScript are not supported.
    #[error("there is no tracer {tracer:?}")]
    UnknownTracer {
        /// Name in the options.
        tracer: String,
    },
    /// The tracer does not take this config.
    #[error("tracerConfig does not fit {tracer}")]
    Config {
        /// Name of the tracer.
        tracer: String,
        /// Field that does not fit.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The block has no transaction at this index.
    #[error("the block has {transactions} transactions, none has the index {index}")]
    NoSuchTransaction {
        /// Requested index.
        index: usize,
        /// Number of transactions in the block.
        transactions: usize,
    },
    /// The watch ended the trace.
    #[error(transparent)]
    Interrupted(Interrupt),
    /// The tracers would record more than the limit. Request less: one transaction, a `limit`, no memory.
    #[error("the trace takes more than {limit} bytes")]
    TooLarge {
        /// Bytes that may be recorded.
        limit: usize,
    },
    /// A transaction cannot be executed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}
