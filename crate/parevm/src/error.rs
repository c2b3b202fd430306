//! Error of a block execution.

use crate::{interrupt::Interrupt, state::SourceError};
use alloy_primitives::Address;
use revm::context::result::InvalidTransaction;

/// Error of a block execution. The state is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError {
    /// The block is invalid: it breaks a rule at this transaction. Do not retry.
    #[error("transaction {index} is invalid")]
    InvalidTransaction {
        /// Position in the block, from zero.
        index: usize,
        /// Broken rule.
        source: InvalidTransaction,
    },
    /// The block is invalid: the gas limit of a transaction exceeds the gas left in the block. Do not retry.
    #[error("transaction {index} has gas limit {gas_limit}, the block has {available} gas left")]
    BlockGasExceeded {
        /// Position in the block, from zero.
        index: usize,
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Gas left in the block.
        available: u64,
    },
    /// The block is invalid: it has more blobs than its fork allows. Do not retry.
    #[error("transaction {index} raises the block's blob gas to {blob_gas}, {limit} is allowed")]
    BlobGasExceeded {
        /// Position in the block, from zero.
        index: usize,
        /// Blob gas of the block up to this transaction, which is included.
        blob_gas: u64,
        /// Maximum blob gas of a block.
        limit: u64,
    },
    /// The block is invalid: a system call failed. Do not retry.
    #[error("the system call to {contract} failed")]
    SystemCall {
        /// Address of the system contract.
        contract: Address,
    },
    /// The block is invalid: a log of the deposit contract breaks EIP-6110. Do not retry.
    #[error("a deposit log of transaction {index} is malformed")]
    MalformedDeposit {
        /// Position of the transaction in the block, from zero.
        index: usize,
    },
    /// The state source did not answer. Retrying may help.
    #[error("{} could not read the state", Reader(.index))]
    StateUnavailable {
        /// Transaction that read the state; `None` for a system call.
        index: Option<usize>,
        /// Error of the source.
        source: SourceError,
    },
    /// The caller set the cancel flag.
    #[error("execution was cancelled after {committed} transactions")]
    Cancelled {
        /// Number of committed transactions.
        committed: usize,
    },
    /// The caller's [`Watch`](crate::interrupt::Watch) interrupted the execution.
    #[error(transparent)]
    Interrupted(Interrupt),
    /// A precompile failed fatally. Please report it, unless the precompile is custom.
    #[error("the EVM failed in transaction {index:?}: {message}")]
    Evm {
        /// Transaction; `None` for a system call.
        index: Option<usize>,
        /// Message of the precompile.
        message: String,
    },
    /// An internal invariant is broken. Please report it.
    #[error("invariant broken: {invariant}")]
    Bug {
        /// Broken invariant.
        invariant: &'static str,
    },
}

struct Reader<'a>(&'a Option<usize>);

impl std::fmt::Display for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(index) => write!(f, "transaction {index}"),
            None => f.write_str("a system call"),
        }
    }
}
