//! Who sends transactions that nobody signs.

use super::limits::MOST_IMPERSONATED;
use crate::rpc::RpcError;
use alloy_consensus::{
    EthereumTxEnvelope, EthereumTypedTransaction, TxEip4844, transaction::Recovered,
};
use alloy_primitives::{Address, Signature, U256};
use parevm::build::SentTransaction;
use rpds::HashTrieSetSync;

/// Who sends transactions that nobody signs.
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
    /// Lets `account` send without a signature.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: too many accounts are impersonated.
    pub(crate) fn insert(&mut self, account: Address) -> Result<(), RpcError> {
        if self.accounts.size() >= MOST_IMPERSONATED && !self.accounts.contains(&account) {
            let reason = format!("{MOST_IMPERSONATED} accounts are impersonated: stop one");
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

    /// Whether `account` may send without a signature.
    pub(super) fn covers(&self, account: Address) -> bool {
        self.everybody || self.accounts.contains(&account)
    }
}

/// The transaction as `sender` would have sent it. In place of a signature, which nobody could make, it
/// has one that says who the sender is: so its hash is that of no other transaction.
pub(super) fn unsigned(
    transaction: EthereumTypedTransaction<TxEip4844>,
    sender: Address,
) -> SentTransaction {
    let envelope: EthereumTxEnvelope<TxEip4844> = transaction.into_envelope(placeholder(sender));
    Recovered::new_unchecked(envelope, sender)
}

/// Whether nobody has signed `transaction`, which `sender` has sent.
pub(crate) fn is_unsigned(transaction: &EthereumTxEnvelope<TxEip4844>, sender: Address) -> bool {
    *transaction.signature() == placeholder(sender)
}

/// What stands in place of a signature of `sender`.
fn placeholder(sender: Address) -> Signature {
    let r = U256::from_be_bytes(sender.into_word().0);
    Signature::new(r, U256::from(1), false)
}
