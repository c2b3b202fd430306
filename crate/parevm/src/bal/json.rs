//! JSON encoding of a block access list as in JSON-RPC: storage keys and values as 32-byte words, the rest as
//! quantities. The types of EIP-7928 decode it.

use alloy_eip7928::{AccountChanges, SlotChanges};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use serde::{Serialize, Serializer};

/// Entries, serialized as the `eth_getBlockAccessList*` methods return them.
pub(super) struct JsonList<'a>(pub(super) &'a [AccountChanges]);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonAccount<'a> {
    address: Address,
    storage_changes: Vec<JsonSlot>,
    storage_reads: Vec<B256>,
    balance_changes: Vec<JsonChange<U256>>,
    nonce_changes: Vec<JsonChange<U64>>,
    code_changes: Vec<JsonCode<'a>>,
}

#[derive(Serialize)]
struct JsonSlot {
    key: B256,
    changes: Vec<JsonChange<B256>>,
}

#[derive(Serialize)]
struct JsonChange<T> {
    index: U64,
    value: T,
}

#[derive(Serialize)]
struct JsonCode<'a> {
    index: U64,
    code: &'a Bytes,
}

impl Serialize for JsonList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(JsonAccount::new))
    }
}

impl<'a> JsonAccount<'a> {
    fn new(account: &'a AccountChanges) -> Self {
        let slot = |slot: &SlotChanges| JsonSlot {
            key: slot.slot.into(),
            changes: collect(&slot.changes, |change| JsonChange {
                index: U64::from(change.block_access_index.get()),
                value: change.new_value.into(),
            }),
        };
        Self {
            address: account.address,
            storage_changes: collect(&account.storage_changes, slot),
            storage_reads: collect(&account.storage_reads, |key| (*key).into()),
            balance_changes: collect(&account.balance_changes, |change| JsonChange {
                index: U64::from(change.block_access_index.get()),
                value: change.post_balance,
            }),
            nonce_changes: collect(&account.nonce_changes, |change| JsonChange {
                index: U64::from(change.block_access_index.get()),
                value: U64::from(change.new_nonce),
            }),
            code_changes: collect(&account.code_changes, |change| JsonCode {
                index: U64::from(change.block_access_index.get()),
                code: &change.new_code,
            }),
        }
    }
}

fn collect<'a, T, U>(from: &'a [T], each: impl Fn(&'a T) -> U) -> Vec<U> {
    from.iter().map(each).collect()
}
