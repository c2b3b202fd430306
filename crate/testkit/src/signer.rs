//! Senders with known keys, which sign synthetic blocks.

use alloy_primitives::{Address, B256, Signature};
use k256::ecdsa::SigningKey;
use std::sync::LazyLock;

/// Number of signers.
pub const SIGNERS: usize = 6;

static SIGNERS_BY_INDEX: LazyLock<Vec<Signer>> =
    LazyLock::new(|| (1..=SIGNERS as u64).filter_map(Signer::new).collect());

/// Sender with its key.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    /// Address of the key.
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

    /// Signs `hash`; `None` if the library fails, which no hash causes.
    pub fn sign(&self, hash: B256) -> Option<Signature> {
        let signed = self.key.sign_prehash_recoverable(hash.as_slice()).ok()?;
        Some(signed.into())
    }
}

/// Returns all signers, in a fixed order.
pub fn all() -> &'static [Signer] {
    &SIGNERS_BY_INDEX
}

/// Returns the signer of `address`.
pub fn of(address: Address) -> Option<&'static Signer> {
    all().iter().find(|signer| signer.address == address)
}
