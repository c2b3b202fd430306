//! Senders whose keys are known, so that made blocks can be signed and read by others.

use alloy_primitives::{Address, B256, Signature};
use k256::ecdsa::SigningKey;
use std::sync::LazyLock;

/// How many there are.
pub const SIGNERS: usize = 6;

static SIGNERS_BY_INDEX: LazyLock<Vec<Signer>> =
    LazyLock::new(|| (1..=SIGNERS as u64).filter_map(Signer::new).collect());

/// A sender with its key.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    /// Whose key it is.
    pub address: Address,
}

impl Signer {
    fn new(key: u64) -> Option<Self> {
        let mut bytes = [0x5a; 32];
        bytes[24..].copy_from_slice(&key.to_be_bytes());
        let key = SigningKey::from_slice(&bytes).ok()?;
        let address = Address::from_private_key(&key);
        Some(Self { key, address })
    }

    /// The signature of `hash`; `None` if the library refuses, which it does for no hash.
    pub fn sign(&self, hash: B256) -> Option<Signature> {
        let signed = self.key.sign_prehash_recoverable(hash.as_slice()).ok()?;
        Some(signed.into())
    }
}

/// All signers, in an order that does not change.
pub fn all() -> &'static [Signer] {
    &SIGNERS_BY_INDEX
}

/// Who signs for `address`.
pub fn of(address: Address) -> Option<&'static Signer> {
    all().iter().find(|signer| signer.address == address)
}
