//! The shape in which a block access list crosses to JavaScript.
//!
//! The names are those of the execution APIs; quantities and indices are as everywhere in
//! [`crate::wire`].

use alloy_eip7928::{AccountChanges, BlockAccessIndex, SlotChanges};
use alloy_primitives::{Address, B256, Bytes, U256};
use parevm::bal::{BalMismatch, BlockAccessList};
use serde::Serialize;

use crate::wire::{bigint, number};

/// What a block reads and writes in one account (EIP-7928).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct AccountAccess {
    /// Which account.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub address: Address,
    /// Slots that the block changes, sorted by key.
    pub storage_changes: Vec<SlotAccess>,
    /// Slots that it only reads, sorted.
    #[cfg_attr(test, ts(type = "Hex[]"))]
    pub storage_reads: Vec<B256>,
    /// Balances in wei.
    pub balance_changes: Vec<BalanceAccess>,
    /// Nonces.
    pub nonce_changes: Vec<NonceAccess>,
    /// Codes.
    pub code_changes: Vec<CodeAccess>,
}

/// The changes of one slot.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SlotAccess {
    /// Its key, 32 bytes.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub key: B256,
    /// Its values, in block order.
    pub changes: Vec<WordAccess>,
}

/// A word of storage after one step of the block.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct WordAccess {
    /// 0 before the transactions, 1 for the first of them.
    pub index: u32,
    /// Its value, 32 bytes.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub value: B256,
}

/// A balance after one step of the block.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct BalanceAccess {
    /// 0 before the transactions, 1 for the first of them.
    pub index: u32,
    /// Wei.
    #[serde(serialize_with = "bigint")]
    #[cfg_attr(test, ts(type = "bigint"))]
    pub value: U256,
}

/// A nonce after one step of the block.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct NonceAccess {
    /// 0 before the transactions, 1 for the first of them.
    pub index: u32,
    /// The nonce.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub value: u64,
}

/// A code after one step of the block.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct CodeAccess {
    /// 0 before the transactions, 1 for the first of them.
    pub index: u32,
    /// The code.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub code: Bytes,
}

/// Why a block was not run by the access list that was given for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Mismatch {
    /// `unsuitable` where no list tells enough: an old fork, or a storage that was emptied.
    #[cfg_attr(test, ts(type = "'malformed' | 'differs' | 'unsuitable'"))]
    pub kind: &'static str,
    /// In words.
    pub message: String,
    /// The account, where it is about one.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub address: Option<Address>,
    /// Where in the block, as in the list, where it is about a change.
    pub index: Option<u32>,
}

/// The list as JavaScript sees it.
pub(crate) fn list(list: &BlockAccessList) -> Vec<AccountAccess> {
    list.accounts().iter().map(account).collect()
}

fn account(account: &AccountChanges) -> AccountAccess {
    let slot = |slot: &SlotChanges| SlotAccess {
        key: slot.slot.into(),
        changes: each(&slot.changes, |change| WordAccess {
            index: index(change.block_access_index),
            value: change.new_value.into(),
        }),
    };
    AccountAccess {
        address: account.address,
        storage_changes: each(&account.storage_changes, slot),
        storage_reads: each(&account.storage_reads, |key| (*key).into()),
        balance_changes: each(&account.balance_changes, |change| BalanceAccess {
            index: index(change.block_access_index),
            value: change.post_balance,
        }),
        nonce_changes: each(&account.nonce_changes, |change| NonceAccess {
            index: index(change.block_access_index),
            value: change.new_nonce,
        }),
        code_changes: each(&account.code_changes, |change| CodeAccess {
            index: index(change.block_access_index),
            code: change.new_code.clone(),
        }),
    }
}

/// The mismatch as JavaScript sees it.
pub(crate) fn mismatch(mismatch: &BalMismatch) -> Mismatch {
    let (kind, address, index) = match mismatch {
        BalMismatch::Malformed(_) => ("malformed", None, None),
        BalMismatch::Differs { first } => {
            let first = first.as_ref();
            let at = first.and_then(|first| first.index);
            ("differs", first.map(|first| first.address), at)
        }
        BalMismatch::StorageReset { address } | BalMismatch::EmptyAccount { address } => {
            ("unsuitable", Some(*address), None)
        }
        _ => ("unsuitable", None, None),
    };
    Mismatch {
        kind,
        message: mismatch.to_string(),
        address,
        index: index.and_then(|index| index.try_into().ok()),
    }
}

/// A list's indices fit: EIP-7928 gives them 32 bits, and lists that break its rules are refused.
fn index(index: BlockAccessIndex) -> u32 {
    u32::try_from(index.get()).unwrap_or(u32::MAX)
}

fn each<'a, T, U>(from: &'a [T], f: impl Fn(&'a T) -> U) -> Vec<U> {
    from.iter().map(f).collect()
}
