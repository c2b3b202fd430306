//! Reasons for the rejection of a transaction or block: names in fixtures and errors of this project.

use super::block_exception::is_invalid_block;
use alloy_eips::eip2718::Eip2718Error;
use parevm::{
    ExecuteError,
    block::{BlockError, TransactionError},
    vm::InvalidTransaction,
};
use parevm_node::chain::{ImportError, Violation};
use std::error::Error;

/// Reason why the engine rejected a transaction or block of a fixture.
#[derive(Clone, Copy, Debug)]
pub enum Rejection<'a> {
    /// The transaction cannot be decoded, or it has no sender.
    Transaction(&'a TransactionError),
    /// The block cannot be executed.
    Execute(&'a ExecuteError),
    /// The chain cannot import the block.
    Import(&'a ImportError),
}

impl Rejection<'_> {
    /// Returns true if the reason is one of those that a fixture expects: `names`, separated by `|`.
    #[must_use]
    pub fn is_expected(&self, names: &str) -> bool {
        names.split('|').any(|name| self.is(name))
    }

    /// Returns the error and its causes.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Transaction(error) => in_words(error),
            Self::Execute(error) => in_words(error),
            Self::Import(error) => in_words(error),
        }
    }

    fn is(&self, name: &str) -> bool {
        if let (Some(name), Self::Import(error)) = (name.strip_prefix("BlockException."), self) {
            return is_invalid_block(name, error);
        }
        let Some(name) = name.strip_prefix("TransactionException.") else {
            return false;
        };
        match self {
            Self::Import(ImportError::Execute { source, .. }) => {
                Self::Execute(source).is_transaction(name)
            }
            Self::Import(ImportError::Block(BlockError::Transaction { source, .. })) => {
                is_undecodable(name, source)
            }
            Self::Import(ImportError::Invalid { source, .. }) => {
                name == "TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED"
                    && matches!(source, Violation::BlobGasLimit { .. })
            }
            Self::Import(_) => false,
            _ => self.is_transaction(name),
        }
    }

    fn is_transaction(&self, name: &str) -> bool {
        match self {
            Self::Transaction(error) => is_undecodable(name, error),
            Self::Execute(ExecuteError::InvalidTransaction { source, .. }) => {
                is_invalid(name, source)
            }
            Self::Execute(ExecuteError::BlockGasExceeded { .. }) => {
                name == "GAS_ALLOWANCE_EXCEEDED"
            }
            Self::Execute(ExecuteError::BlobGasExceeded { .. }) => {
                name == "TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED"
            }
            Self::Execute(_) | Self::Import(_) => false,
        }
    }
}

fn is_undecodable(name: &str, error: &TransactionError) -> bool {
    match name {
        // These types require an address.
        "TYPE_3_TX_CONTRACT_CREATION" => {
            matches!(error, TransactionError::NoReceiver { found: 3 })
        }
        "TYPE_4_TX_CONTRACT_CREATION" => {
            matches!(error, TransactionError::NoReceiver { found: 4 })
        }
        // A gas price of more than 128 bits.
        "GASLIMIT_PRICE_PRODUCT_OVERFLOW" => matches!(
            error,
            TransactionError::Encoding(Eip2718Error::RlpError(alloy_rlp::Error::Overflow))
        ),
        "TYPE_3_TX_WITH_FULL_BLOBS" => matches!(error, TransactionError::Encoding(_)),
        "INVALID_SIGNATURE_VRS" => matches!(
            error,
            TransactionError::Sender(_) | TransactionError::Encoding(_)
        ),
        _ => false,
    }
}

fn is_invalid(name: &str, error: &InvalidTransaction) -> bool {
    use InvalidTransaction as E;
    match name {
        "INSUFFICIENT_ACCOUNT_FUNDS" => matches!(error, E::LackOfFundForMaxFee { .. }),
        "GASLIMIT_PRICE_PRODUCT_OVERFLOW" => matches!(error, E::OverflowPaymentInTransaction),
        "INTRINSIC_GAS_TOO_LOW" => matches!(error, E::CallGasCostMoreThanGasLimit { .. }),
        "INTRINSIC_GAS_BELOW_FLOOR_GAS_COST" => {
            matches!(error, E::GasFloorMoreThanGasLimit { .. })
        }
        "SENDER_NOT_EOA" => matches!(error, E::RejectCallerWithCode),
        "NONCE_IS_MAX" => matches!(error, E::NonceOverflowInTransaction),
        "NONCE_MISMATCH_TOO_HIGH" => matches!(error, E::NonceTooHigh { .. }),
        "NONCE_MISMATCH_TOO_LOW" => matches!(error, E::NonceTooLow { .. }),
        "GAS_ALLOWANCE_EXCEEDED" => matches!(error, E::CallerGasLimitMoreThanBlock),
        "GAS_LIMIT_EXCEEDS_MAXIMUM" => matches!(error, E::TxGasLimitGreaterThanCap { .. }),
        "INITCODE_SIZE_EXCEEDED" => matches!(error, E::CreateInitCodeSizeLimit),
        "INVALID_CHAINID" => matches!(error, E::InvalidChainId),
        "INSUFFICIENT_MAX_FEE_PER_GAS" => matches!(error, E::GasPriceLessThanBasefee),
        "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS" => {
            matches!(error, E::PriorityFeeGreaterThanMaxFee)
        }
        "TYPE_1_TX_PRE_FORK" => matches!(error, E::Eip2930NotSupported),
        "TYPE_2_TX_PRE_FORK" => matches!(error, E::Eip1559NotSupported),
        "TYPE_3_TX_PRE_FORK" => matches!(error, E::Eip4844NotSupported),
        "TYPE_3_TX_ZERO_BLOBS" => matches!(error, E::EmptyBlobs),
        "TYPE_3_TX_CONTRACT_CREATION" => matches!(error, E::BlobCreateTransaction),
        "TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH" => matches!(error, E::BlobVersionNotSupported),
        "TYPE_3_TX_BLOB_COUNT_EXCEEDED" => matches!(error, E::TooManyBlobs { .. }),
        "INSUFFICIENT_MAX_FEE_PER_BLOB_GAS" => {
            matches!(error, E::BlobGasPriceGreaterThanMax { .. })
        }
        "TYPE_4_TX_PRE_FORK" => matches!(error, E::Eip7702NotSupported),
        "TYPE_4_EMPTY_AUTHORIZATION_LIST" => matches!(error, E::EmptyAuthorizationList),
        _ => false,
    }
}

/// Returns an error and its causes, on one line.
#[must_use]
pub fn in_words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}
