//! Why a block could not be executed.

use crate::{interrupt::Interrupt, state::SourceError};
use alloy_primitives::Address;
use revm::context::result::InvalidTransaction;

/// Why a block could not be executed. The state is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError {
    /// No valid block holds this transaction. Do not retry.
    #[error("transaction {index} is invalid")]
    InvalidTransaction {
        /// Position in the block, from zero.
        index: usize,
        /// The rule it breaks.
        source: InvalidTransaction,
    },
    /// The transaction's gas limit is more than the gas the block has left. Do not retry.
    #[error("transaction {index} has gas limit {gas_limit}, the block has {available} gas left")]
    BlockGasExceeded {
        /// Position in the block, from zero.
        index: usize,
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Gas left in the block.
        available: u64,
    },
    /// The block holds more blobs than its fork allows. Do not retry.
    #[error("transaction {index} raises the block's blob gas to {blob_gas}, {limit} is allowed")]
    BlobGasExceeded {
        /// Position in the block, from zero.
        index: usize,
        /// Blob gas of the block up to and with this transaction.
        blob_gas: u64,
        /// Blob gas that a block may use.
        limit: u64,
    },
    /// A call of the protocol to a system contract failed, so the block is invalid.
    #[error("the system call to {contract} failed")]
    SystemCall {
        /// Address of the system contract.
        contract: Address,
    },
    /// A log of the deposit contract does not have the form of EIP-6110, so the block is invalid.
    #[error("a deposit log of transaction {index} is malformed")]
    MalformedDeposit {
        /// Position of the transaction in the block, from zero.
        index: usize,
    },
    /// The state source did not answer. Retrying may help.
    #[error("{} could not read the state", Reader(.index))]
    StateUnavailable {
        /// The transaction that read; `None` for the block's own system calls.
        index: Option<usize>,
        /// What was missing.
        source: SourceError,
    },
    /// The caller set the cancel flag.
    #[error("execution was cancelled after {committed} transactions")]
    Cancelled {
        /// Number of committed transactions.
        committed: usize,
    },
    /// The caller's [`Watch`](crate::interrupt::Watch) ended the run.
    #[error(transparent)]
    Interrupted(Interrupt),
    /// The EVM itself failed: a fatal error of a precompile.
    #[error("the EVM failed in transaction {index:?}: {message}")]
    Evm {
        /// The transaction; `None` for the block's own system calls.
        index: Option<usize>,
        /// What the EVM says.
        message: String,
    },
    /// An invariant of ours broke. Please report it.
    #[error("invariant broken: {invariant}")]
    Bug {
        /// What should have held.
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
