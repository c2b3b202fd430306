//! Block access lists as they cross to JavaScript.
//!
//! Field names are those of the execution APIs; quantities and indices follow [`crate::wire`].

use alloy_eip7928::{AccountChanges, BlockAccessIndex, SlotChanges};
use alloy_primitives::{Address, B256, Bytes, U256};
use parevm::bal::{self, BlockAccessList};
use serde::Serialize;

use super::wire_number::{bigint, number};

/// Accesses of a block to one account (EIP-7928).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct BalAccount {
    /// Address of the account.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub address: Address,
    /// Changed slots, sorted by key.
    pub storage_changes: Vec<BalSlot>,
    /// Slots that are only read, sorted.
    #[cfg_attr(test, ts(type = "Hex[]"))]
    pub storage_reads: Vec<B256>,
    /// Balances, in block order.
    pub balance_changes: Vec<BalBalance>,
    /// Nonces, in block order.
    pub nonce_changes: Vec<BalNonce>,
    /// Codes, in block order.
    pub code_changes: Vec<BalCode>,
}

/// Changes of one slot.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct BalSlot {
    /// Key, 32 bytes.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub key: B256,
    /// Values, in block order.
    pub changes: Vec<BalWord>,
}

/// Storage value after one index of the block.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct BalWord {
    /// Block access index: 0 for the pre-execution changes, 1 for the first transaction.
    pub index: u32,
    /// Value, 32 bytes.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub value: B256,
}

/// Balance after one index of the block.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct BalBalance {
    /// Block access index: 0 for the pre-execution changes, 1 for the first transaction.
    pub index: u32,
    /// Balance in wei.
    #[serde(serialize_with = "bigint")]
    #[cfg_attr(test, ts(type = "bigint"))]
    pub value: U256,
}

/// Nonce after one index of the block.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct BalNonce {
    /// Block access index: 0 for the pre-execution changes, 1 for the first transaction.
    pub index: u32,
    /// The nonce.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub value: u64,
}

/// Code after one index of the block.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct BalCode {
    /// Block access index: 0 for the pre-execution changes, 1 for the first transaction.
    pub index: u32,
    /// The code.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub code: Bytes,
}

/// Reason for not executing a block by the access list that was given for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct BalMismatch {
    /// `unsuitable` where no list can express the block: an old fork, or cleared storage.
    #[cfg_attr(test, ts(type = "'malformed' | 'differs' | 'unsuitable'"))]
    pub kind: &'static str,
    /// Description of the mismatch.
    pub message: String,
    /// Account of the mismatch, where it concerns one.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub address: Option<Address>,
    /// Block access index of the mismatch, where it concerns a change.
    pub index: Option<u32>,
}

/// Returns a list as it crosses to JavaScript.
pub(crate) fn list(list: &BlockAccessList) -> Vec<BalAccount> {
    list.accounts().iter().map(account).collect()
}

fn account(account: &AccountChanges) -> BalAccount {
    let slot = |slot: &SlotChanges| BalSlot {
        key: slot.slot.into(),
        changes: each(&slot.changes, |change| BalWord {
            index: index(change.block_access_index),
            value: change.new_value.into(),
        }),
    };
    BalAccount {
        address: account.address,
        storage_changes: each(&account.storage_changes, slot),
        storage_reads: each(&account.storage_reads, |key| (*key).into()),
        balance_changes: each(&account.balance_changes, |change| BalBalance {
            index: index(change.block_access_index),
            value: change.post_balance,
        }),
        nonce_changes: each(&account.nonce_changes, |change| BalNonce {
            index: index(change.block_access_index),
            value: change.new_nonce,
        }),
        code_changes: each(&account.code_changes, |change| BalCode {
            index: index(change.block_access_index),
            code: change.new_code.clone(),
        }),
    }
}

/// Returns a mismatch as it crosses to JavaScript.
pub(crate) fn mismatch(mismatch: &bal::BalMismatch) -> BalMismatch {
    let (kind, address, index) = match mismatch {
        bal::BalMismatch::Malformed(_) => ("malformed", None, None),
        bal::BalMismatch::Differs { first } => {
            let first = first.as_ref();
            let at = first.and_then(|first| first.index);
            ("differs", first.map(|first| first.address), at)
        }
        bal::BalMismatch::StorageReset { address } | bal::BalMismatch::EmptyAccount { address } => {
            ("unsuitable", Some(*address), None)
        }
        _ => ("unsuitable", None, None),
    };
    BalMismatch {
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
