//! Impersonation: senders of unsigned transactions.

use super::limits::MAX_IMPERSONATED;
use crate::request::RpcError;
use alloy_consensus::{
    EthereumTxEnvelope, EthereumTypedTransaction, TxEip4844, transaction::Recovered,
};
use alloy_primitives::{Address, Signature, U256};
use parevm::build::SentTransaction;
use rpds::HashTrieSetSync;

/// Accounts that may send unsigned transactions.
#[derive(Clone, Debug)]
pub(crate) struct Impersonation {
    pub(super) accounts: HashTrieSetSync<Address>,
    pub(super) everybody: bool,
}

impl Default for Impersonation {
    fn default() -> Self {
        Self {
            accounts: HashTrieSetSync::new_sync(),
            everybody: false,
        }
    }
}

impl Impersonation {
    /// Impersonates `account`.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: too many accounts are impersonated.
    pub(crate) fn insert(&mut self, account: Address) -> Result<(), RpcError> {
        if self.accounts.size() >= MAX_IMPERSONATED && !self.accounts.contains(&account) {
            let reason = format!("{MAX_IMPERSONATED} accounts are impersonated: stop one");
            return Err(RpcError::limit(reason));
        }
        self.accounts.insert_mut(account);
        Ok(())
    }

    pub(crate) fn remove(&mut self, account: Address) {
        self.accounts.remove_mut(&account);
    }

    pub(crate) const fn set_everybody(&mut self, everybody: bool) {
        self.everybody = everybody;
    }

    /// Returns true if `account` may send unsigned transactions.
    pub(super) fn covers(&self, account: Address) -> bool {
        self.everybody || self.accounts.contains(&account)
    }
}

/// Returns the transaction with a placeholder in place of a signature. The placeholder encodes the sender, so the
/// hash is unique.
pub(super) fn unsigned(
    transaction: EthereumTypedTransaction<TxEip4844>,
    sender: Address,
) -> SentTransaction {
    let envelope: EthereumTxEnvelope<TxEip4844> = transaction.into_envelope(placeholder(sender));
    Recovered::new_unchecked(envelope, sender)
}

/// Returns true if `transaction` of `sender` has a placeholder in place of a signature.
pub(crate) fn is_unsigned(transaction: &EthereumTxEnvelope<TxEip4844>, sender: Address) -> bool {
    *transaction.signature() == placeholder(sender)
}

/// Returns the placeholder in place of a signature of `sender`.
fn placeholder(sender: Address) -> Signature {
    let r = U256::from_be_bytes(sender.into_word().0);
    Signature::new(r, U256::from(1), false)
}
