//! Entries of Solidity and Vyper mappings that a call writes, by the keys of which their slots are hashes.

use super::token::{account, is_account};
use alloy_primitives::{Address, U256};

/// Deepest nesting of mappings that is followed: Permit2 has three levels.
const DEEPEST: usize = 3;

/// Keys of an entry, from the outer mapping to the inner one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MappingKeys {
    words: [U256; DEEPEST],
    length: usize,
}

impl MappingKeys {
    /// Returns the keys in the preimage of a slot, if it is that of an entry. `outer` returns the keys of a slot.
    ///
    /// Solidity hashes the key and the slot of the mapping, Vyper the slot and the key; Solady packs an owner, 12
    /// bytes for the slot, and a spender.
    pub(super) fn of(data: &[u8], outer: impl Fn(U256) -> Option<Self>) -> Option<Self> {
        let packed = |start: usize| {
            let bytes = data.get(start..start + 20)?;
            let word = U256::from_be_slice(bytes);
            is_account(word).then_some(word)
        };
        match data.len() {
            32 => Some(Self::one(packed(0)?)),
            52 => Self::one(packed(0)?).and(packed(32)?),
            64 => {
                let (first, last) = data.split_at(32);
                let (first, last) = (U256::from_be_slice(first), U256::from_be_slice(last));
                if let Some(outer) = outer(last) {
                    outer.and(first)
                } else if let Some(outer) = outer(first) {
                    outer.and(last)
                } else if is_account(last) && !is_account(first) {
                    Some(Self::one(last))
                } else {
                    Some(Self::one(first))
                }
            }
            _ => None,
        }
    }

    fn one(key: U256) -> Self {
        let mut words = [U256::ZERO; DEEPEST];
        words[0] = key;
        Self { words, length: 1 }
    }

    /// Adds an inner key; `None` if there are too many.
    fn and(mut self, key: U256) -> Option<Self> {
        *self.words.get_mut(self.length)? = key;
        self.length += 1;
        Some(self)
    }

    /// Returns the keys as words.
    pub(super) fn words(&self) -> &[U256] {
        &self.words[..self.length]
    }
}

/// Entry of a mapping that a call has written.
#[derive(Clone, Copy, Debug)]
pub(super) struct MappingEntry {
    pub(super) keys: MappingKeys,
    /// Caller of the contract at the last write. A token may keep its balances in another contract.
    pub(super) caller: Address,
    /// True if the account of the second key was a caller, as in a spend by a spender.
    pub(super) is_by_second: bool,
}

impl MappingEntry {
    pub(super) const fn new(keys: MappingKeys) -> Self {
        Self {
            keys,
            caller: Address::ZERO,
            is_by_second: false,
        }
    }

    /// Records a write in a call by `caller`.
    pub(super) fn written_by(&mut self, caller: Address) {
        let words = self.keys.words();
        self.is_by_second |= words.get(1).is_some_and(|key| account(*key) == caller);
        self.caller = caller;
    }
}
