//! Invalid transaction with geth's error text.

use alloy_eips::eip4844::{DATA_GAS_PER_BLOB, VERSIONED_HASH_VERSION_KZG};
use alloy_primitives::U256;
use parevm::{
    state::Account,
    vm::{Environment, InvalidTransaction, SpecId, TxEnv, invalid},
};
use revm::{context::TransactionType, context_interface::Cfg};

/// Transaction that is invalid in every block, with geth's error text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejected {
    /// Broken rule; the first in geth's order if it breaks several.
    pub reason: InvalidTransaction,
    message: String,
}

impl Rejected {
    /// Returns the rejection of `tx`, for which the EVM reported `found`.
    pub(super) fn new(
        found: InvalidTransaction,
        tx: &TxEnv,
        environment: &Environment,
        sender: &Account,
    ) -> Self {
        let reason = first_broken(tx, environment, sender).unwrap_or(found);
        let message = invalid::in_words(&reason, tx, environment);
        Self { reason, message }
    }

    /// Returns the rejection of a sender that cannot pay value or blobs with any gas limit.
    pub(super) fn unpayable(fee: U256, balance: U256, message: &'static str) -> Self {
        let (fee, balance) = (Box::new(fee), Box::new(balance));
        Self {
            reason: InvalidTransaction::LackOfFundForMaxFee { fee, balance },
            message: message.to_owned(),
        }
    }

    /// Rewrites the message by `context`, the text that the method adds in geth.
    pub(super) fn in_context(self, context: impl FnOnce(&str) -> String) -> Self {
        let message = context(&self.message);
        Self { message, ..self }
    }
}

/// Returns the first rule that `tx` breaks, in the order of `preCheck` in geth's `core/state_transition.go`, up
/// to the sender's funds. revm checks in another order.
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
    let Some(fee) = maximum_cost(tx) else {
        return Some(Invalid::OverflowPaymentInTransaction);
    };
    let balance = sender.balance;
    (balance < fee).then(|| Invalid::LackOfFundForMaxFee {
        fee: Box::new(fee),
        balance: Box::new(balance),
    })
}

/// Returns the maximum cost of `tx` in wei; `None` beyond 256 bits.
fn maximum_cost(tx: &TxEnv) -> Option<U256> {
    let gas = U256::from(tx.gas_limit).checked_mul(U256::from(tx.gas_price))?;
    let blob_gas = U256::from(DATA_GAS_PER_BLOB).checked_mul(U256::from(tx.blob_hashes.len()))?;
    let blobs = blob_gas.checked_mul(U256::from(tx.max_fee_per_blob_gas))?;
    gas.checked_add(blobs)?.checked_add(tx.value)
}
