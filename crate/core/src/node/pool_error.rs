//! Why a transaction does not come into the pool.

use crate::{block::TransactionError, vm::InvalidTransaction};
use alloy_primitives::U256;

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
    #[error("insufficient funds for gas * price + value: balance {balance}, tx cost {cost}")]
    InsufficientFunds {
        /// Wei of the sender.
        balance: U256,
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
        "max fee per gas less than block base fee: maxFeePerGas: {max_fee}, baseFee: {base_fee}"
    )]
    FeeTooLow {
        /// Wei per gas that the transaction offers at most.
        max_fee: u128,
        /// Wei per gas that the block burns.
        base_fee: u64,
    },
    /// No block can hold it.
    #[error("{}", words(.0))]
    Invalid(InvalidTransaction),
}

/// What geth says of transactions that are invalid for themselves.
fn words(error: &InvalidTransaction) -> String {
    match error {
        InvalidTransaction::InvalidChainId | InvalidTransaction::MissingChainId => {
            "invalid chain id for signer".to_owned()
        }
        InvalidTransaction::PriorityFeeGreaterThanMaxFee => {
            "max priority fee per gas higher than max fee per gas".to_owned()
        }
        InvalidTransaction::CallerGasLimitMoreThanBlock => "exceeds block gas limit".to_owned(),
        InvalidTransaction::CallGasCostMoreThanGasLimit {
            initial_gas,
            gas_limit,
        } => format!("intrinsic gas too low: gas {gas_limit}, minimum needed {initial_gas}"),
        InvalidTransaction::GasFloorMoreThanGasLimit {
            gas_floor,
            gas_limit,
        } => format!(
            "insufficient gas for floor data gas cost: gas {gas_limit}, minimum needed {gas_floor}"
        ),
        InvalidTransaction::TxGasLimitGreaterThanCap { gas_limit, cap } => {
            format!("transaction gas limit too high (cap: {cap}, tx: {gas_limit})")
        }
        InvalidTransaction::RejectCallerWithCode => "sender not an eoa".to_owned(),
        InvalidTransaction::CreateInitCodeSizeLimit => "max initcode size exceeded".to_owned(),
        InvalidTransaction::NonceOverflowInTransaction => "nonce has max value".to_owned(),
        InvalidTransaction::OverflowPaymentInTransaction => {
            "insufficient funds for gas * price + value: the cost is no 256-bit number".to_owned()
        }
        InvalidTransaction::Eip2930NotSupported
        | InvalidTransaction::Eip1559NotSupported
        | InvalidTransaction::Eip4844NotSupported
        | InvalidTransaction::Eip7702NotSupported => {
            format!("transaction type not supported: {error}")
        }
        other => other.to_string(),
    }
}
