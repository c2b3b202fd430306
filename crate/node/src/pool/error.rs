//! Errors of the transaction pool.

use crate::request::RpcError;
use alloy_primitives::{Address, U256};
use parevm::{
    block::TransactionError,
    vm::{InvalidTransaction, invalid::sentence},
};

/// Reason why the pool refused a transaction. The texts are geth's, which clients match.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// The bytes are not a transaction.
    #[error("invalid transaction")]
    Undecodable(#[source] TransactionError),
    /// The signature has no sender.
    #[error("invalid sender")]
    InvalidSender,
    /// A blob transaction was sent without its blobs.
    #[error("missing sidecar in blob transaction")]
    BlobsMissing,
    /// The blobs do not match the blob hashes of the transaction.
    #[error("blob sidecar does not fit the blob hashes of the transaction")]
    BlobsDiffer,
    /// The pool has the transaction.
    #[error("already known")]
    AlreadyKnown,
    /// The pool is full.
    #[error("txpool is full")]
    Full,
    /// The nonce is below the sender's.
    #[error("nonce too low: next nonce {next}, tx nonce {nonce}")]
    NonceTooLow {
        /// Nonce of the transaction.
        nonce: u64,
        /// Nonce of the sender.
        next: u64,
    },
    /// The sender cannot pay for the transaction.
    #[error(
        "insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {}",
        cost.saturating_sub(*balance)
    )]
    InsufficientFunds {
        /// Balance of the sender in wei.
        balance: U256,
        /// Maximum cost of the transaction in wei.
        cost: U256,
    },
    /// The sender cannot pay for the transaction and the pending ones before it.
    #[error(
        "insufficient funds for gas * price + value: balance {balance}, queued cost {queued}, tx cost {cost}, overshot {}",
        queued.saturating_add(*cost).saturating_sub(*balance)
    )]
    Overdraft {
        /// Balance of the sender in wei.
        balance: U256,
        /// Maximum cost of the pending transactions before it in wei.
        queued: U256,
        /// Maximum cost of the transaction in wei.
        cost: U256,
    },
    /// A transaction with this nonce is pending, and the new one offers less than 10 % more.
    #[error("replacement transaction underpriced")]
    ReplacementUnderpriced,
    /// The gas price is below that of `anvil_setMinGasPrice`.
    #[error("transaction underpriced: gas price {price}, minimum needed {least}")]
    Underpriced {
        /// Gas price of the transaction in wei.
        price: u128,
        /// Minimum gas price in wei.
        least: u64,
    },
    /// The maximum fee is below the base fee of the next block.
    #[error(
        "max fee per gas less than block base fee: address {sender}, maxFeePerGas: {max_fee}, baseFee: {base_fee}"
    )]
    FeeTooLow {
        /// Sender.
        sender: Address,
        /// Maximum fee per gas of the transaction in wei.
        max_fee: u128,
        /// Base fee of the block in wei.
        base_fee: u64,
    },
    /// The transaction is invalid in every block.
    #[error("{}", words(.0))]
    Invalid(InvalidTransaction),
}

impl From<PoolError> for RpcError {
    fn from(error: PoolError) -> Self {
        Self::server_of(&error)
    }
}

/// Returns the text of geth's `core/txpool/validation.go` for an invalid transaction.
fn words(error: &InvalidTransaction) -> String {
    let values = match error {
        InvalidTransaction::CallerGasLimitMoreThanBlock => {
            return "exceeds block gas limit".to_owned();
        }
        InvalidTransaction::TooManyBlobs { max, have } => {
            return format!("transaction blob limit exceeded: blob count {have}, limit {max}");
        }
        InvalidTransaction::EmptyAuthorizationList => {
            return "set code tx must have at least one authorization tuple".to_owned();
        }
        InvalidTransaction::CallGasCostMoreThanGasLimit {
            initial_gas: needed,
            gas_limit,
        }
        | InvalidTransaction::GasFloorMoreThanGasLimit {
            gas_floor: needed,
            gas_limit,
        } => format!(": gas {gas_limit}, minimum needed {needed}"),
        InvalidTransaction::TxGasLimitGreaterThanCap { gas_limit, cap } => {
            format!(" (cap: {cap}, tx: {gas_limit})")
        }
        InvalidTransaction::Eip2930NotSupported => unsupported(1, "Berlin"),
        InvalidTransaction::Eip1559NotSupported => unsupported(2, "London"),
        InvalidTransaction::Eip4844NotSupported => unsupported(3, "Cancun"),
        InvalidTransaction::Eip7702NotSupported => unsupported(4, "Prague"),
        _ => String::new(),
    };
    sentence(error).into_owned() + &values
}

fn unsupported(transaction_type: u8, fork: &str) -> String {
    format!(": type {transaction_type} rejected, pool not yet in {fork}")
}
