//! The first place where a given list and the one that a run made differ.

use super::BlockAccessList;
use alloy_eip7928::{AccountChanges, BlockAccessIndex};
use alloy_primitives::{Address, U256, keccak256};
use std::{cmp::Ordering, fmt};

/// The first place where a given list and the one that a run made differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The account.
    pub address: Address,
    /// What of it.
    pub field: Field,
    /// Where in the block; `None` for [`Field::Account`] and [`Field::Read`], which have no index.
    pub index: Option<u64>,
    /// The value that is listed, `None` where nothing is: wei, a nonce, a word of storage or the
    /// hash of a code.
    pub listed: Option<U256>,
    /// What the run found, in the same unit.
    pub found: Option<U256>,
}

/// What of an account differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Whether it was accessed.
    Account,
    /// Its balance after a transaction.
    Balance,
    /// Its nonce after a transaction.
    Nonce,
    /// Its code after a transaction.
    Code,
    /// A slot after a transaction.
    Slot(U256),
    /// Whether a slot was read and not changed.
    Read(U256),
}

impl Difference {
    /// The first difference between `listed` and `found`, both in order; `None` where they are the
    /// same.
    #[must_use]
    pub fn between(listed: &BlockAccessList, found: &BlockAccessList) -> Option<Self> {
        let account = |account: &AccountChanges| account.address;
        merged(listed.accounts(), found.accounts(), account).find_map(|pair| {
            let (address, listed, found) = pair;
            match (listed, found) {
                (Some(listed), Some(found)) => of_account(listed, found),
                _ => Some(Self {
                    address,
                    field: Field::Account,
                    index: None,
                    listed: listed.map(|_| U256::ONE),
                    found: found.map(|_| U256::ONE),
                }),
            }
        })
    }
}

fn of_account(listed: &AccountChanges, found: &AccountChanges) -> Option<Difference> {
    let address = listed.address;
    let at = |field, change: Option<Change>| {
        let (index, listed, found) = change?;
        Some(Difference {
            address,
            field,
            index,
            listed,
            found,
        })
    };
    let balance = changes(&listed.balance_changes, &found.balance_changes, |change| {
        (change.block_access_index, change.post_balance)
    });
    let nonce = changes(&listed.nonce_changes, &found.nonce_changes, |change| {
        (change.block_access_index, U256::from(change.new_nonce))
    });
    let code = changes(&listed.code_changes, &found.code_changes, |change| {
        let hash = keccak256(&change.new_code);
        (change.block_access_index, hash.into())
    });
    let slot = || {
        let (listed, found) = (&listed.storage_changes, &found.storage_changes);
        merged(listed, found, |slot| slot.slot).find_map(|(key, listed, found)| {
            let writes = |slot: Option<&'_ alloy_eip7928::SlotChanges>| {
                slot.map_or_else(Vec::new, |slot| slot.changes.clone())
            };
            let change = changes(&writes(listed), &writes(found), |change| {
                (change.block_access_index, change.new_value)
            });
            at(Field::Slot(key), change)
        })
    };
    let read = || {
        let (listed, found) = (&listed.storage_reads, &found.storage_reads);
        merged(listed, found, |key| *key).find_map(|(key, listed, found)| {
            let is = |read: Option<&U256>| read.map(|_| U256::ONE);
            let differs = listed.is_some() != found.is_some();
            let change = differs.then(|| (None, is(listed), is(found)));
            at(Field::Read(key), change)
        })
    };
    at(Field::Balance, balance)
        .or_else(|| at(Field::Nonce, nonce))
        .or_else(|| at(Field::Code, code))
        .or_else(slot)
        .or_else(read)
}

/// Index, what is listed and what was found.
type Change = (Option<u64>, Option<U256>, Option<U256>);

fn changes<T>(
    listed: &[T],
    found: &[T],
    value: impl Fn(&T) -> (BlockAccessIndex, U256),
) -> Option<Change> {
    merged(listed, found, |change| value(change).0).find_map(|(index, listed, found)| {
        let of = |change: Option<&T>| change.map(|change| value(change).1);
        let (listed, found) = (of(listed), of(found));
        (listed != found).then(|| (Some(index.get()), listed, found))
    })
}

/// Walks two slices that are in order of `key`, one key after the other.
fn merged<'a, T, K: Ord>(
    mut left: &'a [T],
    mut right: &'a [T],
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = (K, Option<&'a T>, Option<&'a T>)> {
    std::iter::from_fn(move || {
        let order = match (left.first(), right.first()) {
            (Some(one), Some(other)) => key(one).cmp(&key(other)),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        let one = (order != Ordering::Greater)
            .then(|| take(&mut left))
            .flatten();
        let other = (order != Ordering::Less)
            .then(|| take(&mut right))
            .flatten();
        Some((key(one.or(other)?), one, other))
    })
}

fn take<'a, T>(from: &mut &'a [T]) -> Option<&'a T> {
    let (first, rest) = from.split_first()?;
    *from = rest;
    Some(first)
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, index, .. } = self;
        let index = index.unwrap_or_default();
        match (self.field, self.listed.is_some()) {
            (Field::Account, true) => write!(f, "account {address} is listed and was not accessed"),
            (Field::Account, false) => {
                write!(f, "account {address} was accessed and is not listed")
            }
            (Field::Read(slot), true) => write!(
                f,
                "slot {slot:#x} of {address} is listed as read and was not only read"
            ),
            (Field::Read(slot), false) => write!(
                f,
                "slot {slot:#x} of {address} was read and is not listed as such"
            ),
            (Field::Balance, _) => write!(f, "balance of {address} at index {index}: "),
            (Field::Nonce, _) => write!(f, "nonce of {address} at index {index}: "),
            (Field::Code, _) => write!(f, "code hash of {address} at index {index}: "),
            (Field::Slot(slot), _) => {
                write!(f, "slot {slot:#x} of {address} at index {index}: ")
            }
        }?;
        if matches!(self.field, Field::Account | Field::Read(_)) {
            return Ok(());
        }
        write!(
            f,
            "listed {}, found {}",
            Word(self.listed),
            Word(self.found)
        )
    }
}

struct Word(Option<U256>);

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => write!(f, "{value:#x}"),
            None => f.write_str("no change"),
        }
    }
}
