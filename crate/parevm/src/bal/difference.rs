//! First difference between a given access list and that of an execution.

use super::BlockAccessList;
use alloy_eip7928::{AccountChanges, BlockAccessIndex};
use alloy_primitives::{Address, U256, keccak256};
use std::{cmp::Ordering, fmt};

/// First difference between a given access list and that of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalDifference {
    /// Account.
    pub address: Address,
    /// Field of the account.
    pub field: BalField,
    /// Block access index; `None` for [`BalField::Account`] and [`BalField::Read`], which have none.
    pub index: Option<u64>,
    /// Value in the list: wei, a nonce, a word of storage or a code hash; `None` if nothing is listed.
    pub listed: Option<U256>,
    /// Value of the execution, in the same unit.
    pub found: Option<U256>,
}

/// Field of an account in an access list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BalField {
    /// Access to the account.
    Account,
    /// Balance after a transaction.
    Balance,
    /// Nonce after a transaction.
    Nonce,
    /// Code after a transaction.
    Code,
    /// Value of a slot after a transaction.
    Slot(U256),
    /// Read of a slot that was not changed.
    Read(U256),
}

impl BalDifference {
    /// Returns the first difference between `listed` and `found`, both sorted; `None` if they are equal.
    #[must_use]
    pub fn between(listed: &BlockAccessList, found: &BlockAccessList) -> Option<Self> {
        let account = |account: &AccountChanges| account.address;
        merged(listed.accounts(), found.accounts(), account).find_map(|pair| {
            let (address, listed, found) = pair;
            match (listed, found) {
                (Some(listed), Some(found)) => of_account(listed, found),
                _ => Some(Self {
                    address,
                    field: BalField::Account,
                    index: None,
                    listed: listed.map(|_| U256::ONE),
                    found: found.map(|_| U256::ONE),
                }),
            }
        })
    }
}

fn of_account(listed: &AccountChanges, found: &AccountChanges) -> Option<BalDifference> {
    let address = listed.address;
    let at = |field, change: Option<Change>| {
        let (index, listed, found) = change?;
        Some(BalDifference {
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
            at(BalField::Slot(key), change)
        })
    };
    let read = || {
        let (listed, found) = (&listed.storage_reads, &found.storage_reads);
        merged(listed, found, |key| *key).find_map(|(key, listed, found)| {
            let is = |read: Option<&U256>| read.map(|_| U256::ONE);
            let differs = listed.is_some() != found.is_some();
            let change = differs.then(|| (None, is(listed), is(found)));
            at(BalField::Read(key), change)
        })
    };
    at(BalField::Balance, balance)
        .or_else(|| at(BalField::Nonce, nonce))
        .or_else(|| at(BalField::Code, code))
        .or_else(slot)
        .or_else(read)
}

/// Block access index, listed value and found value.
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

/// Merges two slices that are sorted by `key`.
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

impl fmt::Display for BalDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, index, .. } = self;
        let index = index.unwrap_or_default();
        match (self.field, self.listed.is_some()) {
            (BalField::Account, true) => {
                write!(f, "account {address} is listed, but was not accessed")
            }
            (BalField::Account, false) => {
                write!(f, "account {address} was accessed, but is not listed")
            }
            (BalField::Read(slot), true) => write!(
                f,
                "slot {slot:#x} of {address} is listed as read, but was changed or not read"
            ),
            (BalField::Read(slot), false) => write!(
                f,
                "slot {slot:#x} of {address} was read, but is not listed as read"
            ),
            (BalField::Balance, _) => write!(f, "balance of {address} at index {index}: "),
            (BalField::Nonce, _) => write!(f, "nonce of {address} at index {index}: "),
            (BalField::Code, _) => write!(f, "code hash of {address} at index {index}: "),
            (BalField::Slot(slot), _) => {
                write!(f, "slot {slot:#x} of {address} at index {index}: ")
            }
        }?;
        if matches!(self.field, BalField::Account | BalField::Read(_)) {
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
