//! Error messages of invalid transactions: those of geth's `core/error.go` and `core/state_transition.go`, from which viem
//! and ethers infer the error.

use super::{Environment, InvalidTransaction, TxEnv};
use alloy_eips::eip4844::VERSIONED_HASH_VERSION_KZG;
use revm::context_interface::Cfg;
use std::borrow::Cow;

/// Returns the message of geth's `core/error.go`, without values.
pub fn sentence(reason: &InvalidTransaction) -> Cow<'static, str> {
    use InvalidTransaction as Invalid;
    let sentence = match reason {
        Invalid::NonceTooLow { .. } => "nonce too low",
        Invalid::NonceTooHigh { .. } => "nonce too high",
        Invalid::NonceOverflowInTransaction => "nonce has max value",
        Invalid::TxGasLimitGreaterThanCap { .. } => "transaction gas limit too high",
        Invalid::RejectCallerWithCode => "sender not an eoa",
        Invalid::PriorityFeeGreaterThanMaxFee => {
            "max priority fee per gas higher than max fee per gas"
        }
        Invalid::GasPriceLessThanBasefee => "max fee per gas less than block base fee",
        Invalid::BlobCreateTransaction => "blob transaction of type create",
        Invalid::EmptyBlobs => "blob transaction missing blob hashes",
        Invalid::TooManyBlobs { .. } => "blob transaction has too many blobs",
        Invalid::BlobGasPriceGreaterThanMax { .. } => {
            "max fee per blob gas less than block blob gas fee"
        }
        Invalid::EmptyAuthorizationList => "EIP-7702 transaction with empty auth list",
        Invalid::CreateInitCodeSizeLimit => "max initcode size exceeded",
        Invalid::CallerGasLimitMoreThanBlock => "gas limit reached",
        Invalid::LackOfFundForMaxFee { .. } | Invalid::OverflowPaymentInTransaction => {
            "insufficient funds for gas * price + value"
        }
        Invalid::CallGasCostMoreThanGasLimit { .. } => "intrinsic gas too low",
        Invalid::GasFloorMoreThanGasLimit { .. } => "insufficient gas for floor data gas cost",
        Invalid::InvalidChainId | Invalid::MissingChainId => "invalid chain id for signer",
        Invalid::Eip2930NotSupported
        | Invalid::Eip1559NotSupported
        | Invalid::Eip4844NotSupported
        | Invalid::Eip7702NotSupported => "transaction type not supported",
        other => return Cow::Owned(other.to_string()),
    };
    Cow::Borrowed(sentence)
}

/// Returns the message with the values of `tx`, as in geth's `core/state_transition.go`.
pub fn in_words(reason: &InvalidTransaction, tx: &TxEnv, environment: &Environment) -> String {
    use InvalidTransaction as Invalid;
    let sender = tx.caller;
    let max_fee = tx.gas_price;
    let base_fee = environment.block.basefee;
    let values = match reason {
        Invalid::NonceTooLow { tx, state } | Invalid::NonceTooHigh { tx, state } => {
            format!(": address {sender}, tx: {tx} state: {state}")
        }
        Invalid::NonceOverflowInTransaction => format!(": address {sender}, nonce: {}", u64::MAX),
        Invalid::TxGasLimitGreaterThanCap { gas_limit, cap } => {
            format!(" (cap: {cap}, tx: {gas_limit})")
        }
        Invalid::RejectCallerWithCode => format!(": address {sender}"),
        Invalid::PriorityFeeGreaterThanMaxFee => {
            let tip = tx.gas_priority_fee.unwrap_or(max_fee);
            format!(": address {sender}, maxPriorityFeePerGas: {tip}, maxFeePerGas: {max_fee}")
        }
        Invalid::GasPriceLessThanBasefee => {
            format!(": address {sender}, maxFeePerGas: {max_fee}, baseFee: {base_fee}")
        }
        Invalid::BlobVersionNotSupported => {
            let hashes = tx.blob_hashes.iter();
            let first = hashes.take_while(|hash| hash[0] == VERSIONED_HASH_VERSION_KZG);
            return format!("blob {} has invalid hash version", first.count());
        }
        Invalid::BlobGasPriceGreaterThanMax {
            block_blob_gas_price,
            tx_max_fee_per_blob_gas,
        } => format!(
            ": address {sender} blobGasFeeCap: {tx_max_fee_per_blob_gas}, blobBaseFee: {block_blob_gas_price}"
        ),
        Invalid::EmptyAuthorizationList => format!(" (sender {sender})"),
        Invalid::CreateInitCodeSizeLimit => {
            let limit = environment.cfg.max_initcode_size();
            format!(": code size {} limit {limit}", tx.data.len())
        }
        Invalid::LackOfFundForMaxFee { fee, balance } => {
            format!(": address {sender} have {balance} want {fee}")
        }
        Invalid::OverflowPaymentInTransaction => {
            format!(": address {sender} required balance exceeds 256 bits")
        }
        Invalid::CallGasCostMoreThanGasLimit {
            initial_gas: needed,
            gas_limit,
        }
        | Invalid::GasFloorMoreThanGasLimit {
            gas_floor: needed,
            gas_limit,
        } => format!(": have {gas_limit}, want {needed}"),
        _ => String::new(),
    };
    sentence(reason).into_owned() + &values
}
