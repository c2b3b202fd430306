//! Accounts whose keys the node has.

use super::NodeError;
use alloy_primitives::{Address, B256, Signature, address};
use coins_bip39::{English, Mnemonic};
use k256::ecdsa::SigningKey;
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// BIP-39 words of development nodes. Their keys are public.
pub(super) const WELL_KNOWN: &str = "test test test test test test test test test test test junk";

/// First accounts of [`WELL_KNOWN`], so that a node opens without a derivation: it takes 10 to 20 ms in wasm.
const WELL_KNOWN_ADDRESSES: [Address; 10] = [
    address!("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"),
    address!("0x70997970c51812dc3a010c7d01b50e0d17dc79c8"),
    address!("0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"),
    address!("0x90f79bf6eb2c4f870365e785982e1f101e93b906"),
    address!("0x15d34aaf54267db7d7c367839aaf71a00a2c6a65"),
    address!("0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc"),
    address!("0x976ea74026e726554db657fa54763abd0c3a0aa9"),
    address!("0x14dc79964da2c08b23698b3d3cc7ca32193d9955"),
    address!("0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f"),
    address!("0xa0ee7a142d267c1f36714e4a8f75612f20a79720"),
];

/// Accounts whose keys the node has, in the order of their derivation.
#[derive(Clone, Default)]
pub(crate) struct Accounts {
    addresses: Vec<Address>,
    /// In the same order; those of [`WELL_KNOWN`] are derived for the first signature.
    keys: Arc<OnceLock<Vec<SigningKey>>>,
}

impl Accounts {
    /// Derives the first `count` accounts of `phrase` (BIP-39, path `m/44'/60'/0'/0/i`).
    pub(super) fn derive(phrase: &str, count: u32) -> Result<Self, NodeError> {
        if count == 0 || !cfg!(feature = "dev") {
            return Ok(Self::default());
        }
        if phrase == WELL_KNOWN
            && let Some(known) = WELL_KNOWN_ADDRESSES.get(..count as usize)
        {
            return Ok(Self {
                addresses: known.to_vec(),
                keys: Arc::default(),
            });
        }
        let keys = derive_keys(phrase, count)?;
        let addresses = keys.iter().map(Address::from_private_key);
        Ok(Self {
            addresses: addresses.collect(),
            keys: Arc::new(keys.into()),
        })
    }

    pub(crate) fn addresses(&self) -> impl Iterator<Item = Address> {
        self.addresses.iter().copied()
    }

    /// Returns the deterministic signature (RFC 6979) of `hash` by `account`; `None` where the node does not have its
    /// key.
    pub(crate) fn sign(&self, account: Address, hash: B256) -> Option<Signature> {
        let index = self.addresses.iter().position(|one| *one == account)?;
        let derive = || derive_keys(WELL_KNOWN, self.addresses.len() as u32).unwrap_or_default();
        let key = self.keys.get_or_init(derive).get(index)?;
        let signature = key.sign_prehash_recoverable(hash.as_slice()).ok()?;
        Some(signature.into())
    }
}

/// Derives the first `count` keys of `phrase`.
fn derive_keys(phrase: &str, count: u32) -> Result<Vec<SigningKey>, NodeError> {
    let wrong = |error| NodeError::Mnemonic(Box::new(error));
    let mnemonic = Mnemonic::<English>::new_from_phrase(phrase).map_err(wrong)?;
    let root = mnemonic.master_key(None).map_err(wrong)?;
    let key = |index| -> Result<SigningKey, NodeError> {
        let key = root.derive_path(format!("m/44'/60'/0'/0/{index}").as_str());
        let key = key.map_err(|error| wrong(error.into()))?;
        let key: &SigningKey = key.as_ref();
        Ok(key.clone())
    };
    (0..count).map(key).collect()
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.addresses()).finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_accounts_are_those_of_their_mnemonic() {
        let keys = derive_keys(WELL_KNOWN, WELL_KNOWN_ADDRESSES.len() as u32).unwrap();
        let derived = keys.iter().map(Address::from_private_key);
        assert!(derived.eq(WELL_KNOWN_ADDRESSES));
        let accounts = Accounts::derive(WELL_KNOWN, 3).unwrap();
        let hash = B256::repeat_byte(7);
        for address in accounts.addresses() {
            let signature = accounts.sign(address, hash).unwrap();
            assert_eq!(
                signature.recover_address_from_prehash(&hash).unwrap(),
                address
            );
        }
        assert_eq!(accounts.sign(WELL_KNOWN_ADDRESSES[3], hash), None);
        assert_eq!(
            Accounts::derive(WELL_KNOWN, 11)
                .unwrap()
                .addresses()
                .count(),
            11
        );
    }
}
