//! What is different in the state after calls.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use parevm::{
    state::{Account, SourceError, StateDiff, StateSource},
    vm::Bytecode,
};
use serde::Serialize;

/// A value before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed<T> {
    /// As it was.
    pub before: T,
    /// As it is.
    pub after: T,
}

/// What is different of one account, fees included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountDiff {
    /// Whose.
    pub address: Address,
    /// In wei.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Changed<U256>>,
    /// Transactions sent, or contracts created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Changed<alloy_primitives::U64>>,
    /// Code, or the delegation of EIP-7702.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Changed<Bytes>>,
    /// Slots in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub storage: Vec<SlotDiff>,
    /// True when all slots that are not in `storage` became zero.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub storage_cleared: bool,
}

/// What is different in one slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SlotDiff {
    /// Which one.
    pub slot: B256,
    /// As it was.
    pub before: B256,
    /// As it is.
    pub after: B256,
}

/// What `changes` make different in `state`, in order of addresses.
pub(super) fn state_diff(
    state: &dyn StateSource,
    changes: &StateDiff,
) -> Result<Vec<AccountDiff>, SourceError> {
    let mut diff = Vec::new();
    for (address, change) in changes.sorted_accounts() {
        let before = state.account(address)?;
        let (old, new) = (
            before.unwrap_or_default(),
            change.account.unwrap_or_default(),
        );
        let mut account = AccountDiff {
            address,
            balance: changed(old.balance, new.balance),
            nonce: changed(old.nonce, new.nonce).map(|nonce| Changed {
                before: alloy_primitives::U64::from(nonce.before),
                after: alloy_primitives::U64::from(nonce.after),
            }),
            storage_cleared: change.storage_reset && before.is_some_and(has_storage),
            ..AccountDiff::default()
        };
        if old.code_hash != new.code_hash {
            account.code = Some(Changed {
                before: code(state, None, old.code_hash)?,
                after: code(state, Some(changes), new.code_hash)?,
            });
        }
        for (slot, after) in change.sorted_slots() {
            let before = match before {
                Some(_) => state.storage(address, slot)?,
                None => U256::ZERO,
            };
            if before != after {
                account.storage.push(SlotDiff {
                    slot: slot.into(),
                    before: before.into(),
                    after: after.into(),
                });
            }
        }
        let same = AccountDiff {
            address,
            ..AccountDiff::default()
        };
        if account != same {
            diff.push(account);
        }
    }
    Ok(diff)
}

/// Only contracts have storage.
fn has_storage(account: Account) -> bool {
    account.code_hash != KECCAK256_EMPTY
}

fn changed<T: PartialEq>(before: T, after: T) -> Option<Changed<T>> {
    (before != after).then_some(Changed { before, after })
}

fn code(
    state: &dyn StateSource,
    changes: Option<&StateDiff>,
    code_hash: B256,
) -> Result<Bytes, SourceError> {
    if code_hash == KECCAK256_EMPTY {
        return Ok(Bytes::new());
    }
    let new = changes.and_then(|changes| changes.codes.get(&code_hash));
    let code = match new {
        Some(code) => code.clone(),
        None => state.code(code_hash)?,
    };
    Ok(Bytecode::original_bytes(&code))
}
