//! Cache of keccak-256 hashes of inputs of one length.
//!
//! Solidity keeps mappings at the hash of key and slot, 64 bytes together, and computes it for every
//! read and write: nearly half of the time of a token transfer. Each thread that executes transactions
//! keeps the most recent hashes, and those of the addresses and slots that it reads in a trie: a third of the time of a
//! call of a token.

use alloy_primitives::{Address, B256, U256, keccak256};
use std::cell::RefCell;

/// Length of a cached input, in bytes.
pub(crate) const INPUT_LENGTH: usize = 64;
/// Number of entries. A power of two.
const ENTRIES: usize = 512;

/// Input of a cached hash.
pub(crate) type KeccakInput = [u8; INPUT_LENGTH];

/// Database that carries a [`KeccakCache`].
pub(crate) trait WithKeccakCache {
    /// Returns the cache.
    fn keccak_cache(&mut self) -> &mut KeccakCache;
}

/// Direct-mapped cache of hashes, for one thread.
#[derive(Default)]
pub(crate) struct KeccakCache<const LENGTH: usize = INPUT_LENGTH> {
    /// Empty until the first hash: most transfers and calls compute none.
    entries: Vec<Option<([u8; LENGTH], B256)>>,
}

thread_local! {
    static OF_ADDRESSES: RefCell<KeccakCache<20>> = RefCell::default();
    static OF_SLOTS: RefCell<KeccakCache<32>> = RefCell::default();
}

/// Returns the key of the account in the state trie.
pub(crate) fn hashed_address(address: Address) -> B256 {
    OF_ADDRESSES.with_borrow_mut(|cache| cache.hash(&address))
}

/// Returns the key of the slot in the storage trie.
pub(crate) fn hashed_slot(slot: U256) -> B256 {
    OF_SLOTS.with_borrow_mut(|cache| cache.hash(&slot.to_be_bytes()))
}

impl<const LENGTH: usize> std::fmt::Debug for KeccakCache<LENGTH> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeccakCache").finish_non_exhaustive()
    }
}

impl<const LENGTH: usize> KeccakCache<LENGTH> {
    /// Returns the hash of `input`, from the cache if it is there.
    fn hash(&mut self, input: &[u8; LENGTH]) -> B256 {
        self.get(input).unwrap_or_else(|| {
            let hash = keccak256(input);
            self.insert(*input, hash);
            hash
        })
    }

    /// Returns the hash of `input`, if it is cached.
    pub(crate) fn get(&self, input: &[u8; LENGTH]) -> Option<B256> {
        match self.entries.get(entry_index(input)) {
            Some(Some((known, hash))) if known == input => Some(*hash),
            _ => None,
        }
    }

    /// Caches `hash`, which is that of `input`, in place of the entry with the same index.
    pub(crate) fn insert(&mut self, input: [u8; LENGTH], hash: B256) {
        if self.entries.is_empty() {
            self.entries.resize(ENTRIES, None);
        }
        self.entries[entry_index(&input)] = Some((input, hash));
    }
}

/// Returns the index of the entry of `input`. A collision only costs time.
fn entry_index<const LENGTH: usize>(input: &[u8; LENGTH]) -> usize {
    // Key and slot both differ most in their last bytes, and so do addresses and slots alone.
    let last = |end: usize| {
        let bytes = input[end - 8..end].try_into();
        u64::from_be_bytes(bytes.unwrap_or_default())
    };
    let key = if LENGTH > 32 { last(32) } else { 0 };
    let mixed = (key ^ last(LENGTH).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % ENTRIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_cached_until_another_takes_its_entry() {
        let mut cache = KeccakCache::default();
        let one = [1; INPUT_LENGTH];
        assert_eq!(cache.get(&one), None);
        cache.insert(one, B256::repeat_byte(7));
        assert_eq!(cache.get(&one), Some(B256::repeat_byte(7)));
        // The same index, another input.
        let mut other = one;
        other[0] = 2;
        assert_eq!(entry_index(&other), entry_index(&one));
        assert_eq!(cache.get(&other), None);
        cache.insert(other, B256::repeat_byte(8));
        assert_eq!(cache.get(&one), None);
    }
}
