//! Entries of mappings, and what of a token may be in them.

use super::{
    Approval, Asset,
    layout::{account, is_account},
};
use alloy_primitives::{Address, U256};
use std::collections::{BTreeMap, BTreeSet};

/// Mappings within each other that are followed: Permit2 has three.
const DEEPEST: usize = 3;

/// The keys of an entry, from the outer mapping to the inner one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    words: [U256; DEEPEST],
    length: usize,
}

impl Keys {
    /// Returns the keys in what the slot of an entry is hashed from, if it is one. `outer` returns the keys of a slot.
    ///
    /// Solidity hashes the key and the slot of the mapping, Vyper the slot and the key; Solady packs an owner, 12
    /// bytes that stand for the slot, and a spender.
    pub(super) fn of(data: &[u8], outer: impl Fn(U256) -> Option<Self>) -> Option<Self> {
        let packed = |place: usize| {
            let bytes = data.get(place..place + 20)?;
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

    /// These and an inner key; `None` of too many.
    fn and(mut self, key: U256) -> Option<Self> {
        *self.words.get_mut(self.length)? = key;
        self.length += 1;
        Some(self)
    }

    fn words(&self) -> &[U256] {
        &self.words[..self.length]
    }
}

/// An entry of a mapping that was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    keys: Keys,
    /// Who called the contract when it wrote last. A token may keep its balances in another contract.
    pub(super) caller: Address,
    /// True when the account of the second key was that, as where a spender spends.
    is_by_second: bool,
}

impl Entry {
    pub(super) const fn new(keys: Keys) -> Self {
        Self {
            keys,
            caller: Address::ZERO,
            is_by_second: false,
        }
    }

    /// Notes who called the contract when it wrote.
    pub(super) fn written_by(&mut self, caller: Address) {
        let words = self.keys.words();
        self.is_by_second |= words.get(1).is_some_and(|key| account(*key) == caller);
        self.caller = caller;
    }
}

/// What may have changed without an event.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    /// Accounts and what they may have more or less of.
    pub(super) balances: BTreeSet<(Address, Asset)>,
    /// Tokens of collections that may have other owners, by contract.
    pub(super) tokens: BTreeSet<(Address, U256)>,
    /// Approvals that may be others, each with whether it may have been spent from.
    pub(super) approvals: BTreeMap<Approval, bool>,
}

impl Candidates {
    /// Adds that `account` may have more or less of the units of `token`.
    pub(super) fn add_holder(&mut self, account: Address, token: Address) {
        self.balances.insert((account, Asset::Erc20 { token }));
    }

    /// Adds that `approval` may be another one, or may have been spent from.
    pub(super) fn add_approval(&mut self, approval: Approval, is_spent: bool) {
        *self.approvals.entry(approval).or_default() |= is_spent;
    }

    /// Adds what an entry of `contract` may be.
    pub(super) fn add(&mut self, contract: Address, entry: &Entry) {
        // Small numbers may be accounts, too, but no account is an id.
        let is_address = |key: U256| !key.is_zero() && key.bit_len() <= 160;
        let words = entry.keys.words();
        for key in words.iter().filter(|key| is_address(**key)) {
            self.add_holder(account(*key), contract);
        }
        match *words {
            [id] if !is_account(id) => {
                self.tokens.insert((contract, id));
            }
            [one, other] => {
                for (holder, token_id) in [(one, other), (other, one)] {
                    if is_address(holder) && !is_account(token_id) {
                        let asset = Asset::Erc1155 {
                            token: contract,
                            token_id,
                        };
                        self.balances.insert((account(holder), asset));
                    }
                }
                if is_address(one) && is_address(other) {
                    let (owner, spender) = (account(one), account(other));
                    let units = Approval::Erc20 {
                        token: contract,
                        owner,
                        spender,
                    };
                    self.add_approval(units, entry.is_by_second);
                    let all = Approval::ForAll {
                        token: contract,
                        owner,
                        operator: spender,
                    };
                    self.add_approval(all, false);
                }
            }
            [owner, second, third] if is_address(owner) && is_address(second) => {
                let (owner, second) = (account(owner), account(second));
                if is_account(third) {
                    let through = Approval::Permit2 {
                        contract,
                        token: second,
                        owner,
                        spender: account(third),
                    };
                    self.add_approval(through, false);
                } else {
                    let units = Approval::Erc6909 {
                        token: contract,
                        token_id: third,
                        owner,
                        spender: second,
                    };
                    self.add_approval(units, entry.is_by_second);
                }
            }
            _ => {}
        }
    }

    /// Adds `others`.
    pub(super) fn merge(&mut self, others: &Self) {
        self.balances.extend(&others.balances);
        self.tokens.extend(&others.tokens);
        for (approval, is_spent) in &others.approvals {
            self.add_approval(*approval, *is_spent);
        }
    }
}
