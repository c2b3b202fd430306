//! Accounts whose keys the node has.

use super::NodeError;
use alloy_primitives::{Address, B256, Signature};
use coins_bip39::{English, Mnemonic};
use k256::ecdsa::SigningKey;
use std::fmt;

/// Accounts whose keys the node has, in the order of their derivation.
#[derive(Clone, Default)]
pub(crate) struct Accounts(Vec<(Address, SigningKey)>);

impl Accounts {
    /// Derives the first `count` accounts of `phrase` (BIP-39, path `m/44'/60'/0'/0/i`).
    pub(super) fn derive(phrase: &str, count: u32) -> Result<Self, NodeError> {
        if count == 0 || !cfg!(feature = "dev") {
            return Ok(Self::default());
        }
        let wrong = |error| NodeError::Mnemonic(Box::new(error));
        let mnemonic = Mnemonic::<English>::new_from_phrase(phrase).map_err(wrong)?;
        let root = mnemonic.master_key(None).map_err(wrong)?;
        let account = |index| -> Result<_, NodeError> {
            let key = root.derive_path(format!("m/44'/60'/0'/0/{index}").as_str());
            let key = key.map_err(|error| wrong(error.into()))?;
            let key: &SigningKey = key.as_ref();
            Ok((Address::from_private_key(key), key.clone()))
        };
        Ok(Self((0..count).map(account).collect::<Result<_, _>>()?))
    }

    pub(crate) fn addresses(&self) -> impl Iterator<Item = Address> {
        self.0.iter().map(|(address, _)| *address)
    }

    /// Returns the deterministic signature (RFC 6979) of `hash` by `account`; `None` where the node does not have its
    /// key.
    pub(crate) fn sign(&self, account: Address, hash: B256) -> Option<Signature> {
        let (_, key) = self.0.iter().find(|(address, _)| *address == account)?;
        let signature = key.sign_prehash_recoverable(hash.as_slice()).ok()?;
        Some(signature.into())
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.addresses()).finish()
    }
}
