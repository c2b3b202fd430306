//! A transaction that no block can hold.

use super::CallError;
use alloy_eips::eip4844::{DATA_GAS_PER_BLOB, VERSIONED_HASH_VERSION_KZG};
use alloy_primitives::U256;
use parevm::{
    state::{Account, SourceError, StateSource},
    vm::{Environment, InvalidTransaction, SpecId, TxEnv, execute_error, invalid},
};
use revm::{
    context::{TransactionType, result::EVMError},
    context_interface::Cfg,
};

/// Transaction that no block can hold, with geth's words for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Rejected {
    /// The rule that it breaks; the first in geth's order, where it breaks several.
    pub reason: InvalidTransaction,
    words: String,
}

impl Rejected {
    /// The first rule that `tx` of `sender` breaks. `found` is one that the EVM has found broken.
    pub(super) fn new(
        found: InvalidTransaction,
        tx: &TxEnv,
        environment: &Environment,
        sender: &Account,
    ) -> Self {
        let reason = first_broken(tx, environment, sender).unwrap_or(found);
        let words = invalid::in_words(&reason, tx, environment);
        Self { reason, words }
    }

    /// The sender cannot pay for value or blobs, whatever the gas.
    pub(super) fn unpayable(fee: U256, balance: U256, words: &'static str) -> Self {
        let (fee, balance) = (Box::new(fee), Box::new(balance));
        Self {
            reason: InvalidTransaction::LackOfFundForMaxFee { fee, balance },
            words: words.to_owned(),
        }
    }

    /// The same, with what the method puts around geth's words for the transaction.
    pub(super) fn said(self, around: impl FnOnce(&str) -> String) -> Self {
        let words = around(&self.words);
        Self { words, ..self }
    }
}

/// What a failure of the EVM means for `tx` on `state`.
pub(super) fn call_error(
    error: EVMError<SourceError>,
    tx: &TxEnv,
    environment: &Environment,
    state: &dyn StateSource,
) -> CallError {
    let EVMError::Transaction(found) = error else {
        return execute_error(Some(0), error).into();
    };
    match state.account(tx.caller) {
        Ok(sender) => Rejected::new(found, tx, environment, &sender.unwrap_or_default()).into(),
        Err(source) => source.into(),
    }
}

/// The first rule that `tx` breaks, in the order of `preCheck` in geth's `core/state_transition.go`, up to
/// the sender's funds. The EVM asks in another order.
fn first_broken(
    tx: &TxEnv,
    environment: &Environment,
    sender: &Account,
) -> Option<InvalidTransaction> {
    use InvalidTransaction as Invalid;
    let (cfg, block) = (&environment.cfg, &environment.block);
    let (nonce, state) = (tx.nonce, sender.nonce);
    if !cfg.disable_nonce_check {
        if nonce > state {
            return Some(Invalid::NonceTooHigh { tx: nonce, state });
        }
        if nonce < state {
            return Some(Invalid::NonceTooLow { tx: nonce, state });
        }
        if nonce == u64::MAX {
            return Some(Invalid::NonceOverflowInTransaction);
        }
    }
    let max_fee = tx.gas_price;
    if tx.gas_priority_fee.is_some_and(|tip| tip > max_fee) {
        return Some(Invalid::PriorityFeeGreaterThanMaxFee);
    }
    if !cfg.disable_base_fee && max_fee < u128::from(block.basefee) {
        return Some(Invalid::GasPriceLessThanBasefee);
    }
    if tx.tx_type == TransactionType::Eip4844 as u8 {
        if tx.blob_hashes.is_empty() {
            return Some(Invalid::EmptyBlobs);
        }
        let (have, max) = (
            tx.blob_hashes.len(),
            cfg.max_blobs_per_tx.unwrap_or(u64::MAX),
        );
        if have as u64 > max {
            let max = usize::try_from(max).unwrap_or(usize::MAX);
            return Some(Invalid::TooManyBlobs { max, have });
        }
        let is_known = |version| version == VERSIONED_HASH_VERSION_KZG;
        if !tx.blob_hashes.iter().all(|hash| is_known(hash[0])) {
            return Some(Invalid::BlobVersionNotSupported);
        }
        let (price, offered) = (environment.blob_gas_price(), tx.max_fee_per_blob_gas);
        if offered < price {
            return Some(Invalid::BlobGasPriceGreaterThanMax {
                block_blob_gas_price: price,
                tx_max_fee_per_blob_gas: offered,
            });
        }
    }
    if tx.tx_type == TransactionType::Eip7702 as u8 && tx.authorization_list.is_empty() {
        return Some(Invalid::EmptyAuthorizationList);
    }
    let is_limited = environment.spec().is_enabled_in(SpecId::SHANGHAI);
    if is_limited && tx.kind.is_create() && tx.data.len() > cfg.max_initcode_size() {
        return Some(Invalid::CreateInitCodeSizeLimit);
    }
    let Some(fee) = most_spent(tx) else {
        return Some(Invalid::OverflowPaymentInTransaction);
    };
    let balance = sender.balance;
    (balance < fee).then(|| Invalid::LackOfFundForMaxFee {
        fee: Box::new(fee),
        balance: Box::new(balance),
    })
}

/// Wei that `tx` may cost; `None` where that is no 256-bit number.
fn most_spent(tx: &TxEnv) -> Option<U256> {
    let gas = U256::from(tx.gas_limit).checked_mul(U256::from(tx.gas_price))?;
    let blob_gas = U256::from(DATA_GAS_PER_BLOB).checked_mul(U256::from(tx.blob_hashes.len()))?;
    let blobs = blob_gas.checked_mul(U256::from(tx.max_fee_per_blob_gas))?;
    gas.checked_add(blobs)?.checked_add(tx.value)
}
