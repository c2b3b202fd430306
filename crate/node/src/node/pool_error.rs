//! Why a transaction does not come into the pool.

use alloy_primitives::{Address, U256};
use parevm::{
    block::TransactionError,
    vm::{InvalidTransaction, invalid::sentence},
};

/// Why a transaction does not come into the pool. The words are geth's, by which clients know them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// The bytes are no transaction.
    #[error("invalid transaction")]
    Undecodable(#[source] TransactionError),
    /// The signature belongs to no account.
    #[error("invalid sender")]
    InvalidSender,
    /// A blob transaction is sent with its blobs.
    #[error("missing sidecar in blob transaction")]
    BlobsMissing,
    /// The blobs are not those that the transaction names.
    #[error("blob sidecar does not fit the blob hashes of the transaction")]
    BlobsDiffer,
    /// The pool has it.
    #[error("already known")]
    AlreadyKnown,
    /// As much waits as may.
    #[error("txpool is full")]
    Full,
    /// The sender has sent a transaction with this nonce.
    #[error("nonce too low: next nonce {next}, tx nonce {nonce}")]
    NonceTooLow {
        /// The transaction's.
        nonce: u64,
        /// The sender's.
        next: u64,
    },
    /// The sender cannot pay for it.
    #[error(
        "insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {}",
        cost.saturating_sub(*balance)
    )]
    InsufficientFunds {
        /// Wei of the sender.
        balance: U256,
        /// Wei that the transaction may cost.
        cost: U256,
    },
    /// The sender cannot pay for it and what waits before it.
    #[error(
        "insufficient funds for gas * price + value: balance {balance}, queued cost {queued}, tx cost {cost}, overshot {}",
        queued.saturating_add(*cost).saturating_sub(*balance)
    )]
    Overdraft {
        /// Wei of the sender.
        balance: U256,
        /// Wei that what waits before it may cost.
        queued: U256,
        /// Wei that the transaction may cost.
        cost: U256,
    },
    /// Another transaction with this nonce waits, and this one offers less than a tenth more.
    #[error("replacement transaction underpriced")]
    ReplacementUnderpriced,
    /// It offers less than `anvil_setMinGasPrice` has set.
    #[error("transaction underpriced: gas price {price}, minimum needed {least}")]
    Underpriced {
        /// Wei per gas that the transaction offers.
        price: u128,
        /// Wei per gas that it has to offer.
        least: u64,
    },
    /// It offers less than the base fee of the block that it is for.
    #[error(
        "max fee per gas less than block base fee: address {sender}, maxFeePerGas: {max_fee}, baseFee: {base_fee}"
    )]
    FeeTooLow {
        /// The sender.
        sender: Address,
        /// Wei per gas that the transaction offers at most.
        max_fee: u128,
        /// Wei per gas that the block burns.
        base_fee: u64,
    },
    /// No block can hold it.
    #[error("{}", words(.0))]
    Invalid(InvalidTransaction),
}

/// Words of geth's `core/txpool/validation.go` for transactions that are invalid in themselves.
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
