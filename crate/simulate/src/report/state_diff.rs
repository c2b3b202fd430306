//! State diff of calls.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U64, U256};
use parevm::{
    state::{Account, SourceError, StateDiff, StateSource},
    vm::Bytecode,
};
use serde::Serialize;

/// Value before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueChange<T> {
    /// Value before.
    pub before: T,
    /// Value after.
    pub after: T,
}

/// Changed fields of one account, fees included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountDiff {
    /// Address of the account.
    pub address: Address,
    /// Balance, in wei.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<ValueChange<U256>>,
    /// Nonce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<ValueChange<U64>>,
    /// Code, or EIP-7702 delegation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ValueChange<Bytes>>,
    /// Changed slots in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub storage: Vec<SlotDiff>,
    /// True if all slots that are not in `storage` were cleared.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub storage_cleared: bool,
}

/// Changed slot of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SlotDiff {
    /// Key of the slot.
    pub slot: B256,
    /// Value before.
    pub before: B256,
    /// Value after.
    pub after: B256,
}

/// Returns the diff of `changes` to `state`, sorted by address.
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
            nonce: changed(old.nonce, new.nonce).map(|nonce| ValueChange {
                before: U64::from(nonce.before),
                after: U64::from(nonce.after),
            }),
            storage_cleared: change.storage_reset && before.is_some_and(has_storage),
            ..AccountDiff::default()
        };
        if old.code_hash != new.code_hash {
            account.code = Some(ValueChange {
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
        let unchanged = AccountDiff {
            address,
            ..AccountDiff::default()
        };
        if account != unchanged {
            diff.push(account);
        }
    }
    Ok(diff)
}

/// Returns true if the account may have storage: only contracts do.
fn has_storage(account: Account) -> bool {
    account.code_hash != KECCAK256_EMPTY
}

fn changed<T: PartialEq>(before: T, after: T) -> Option<ValueChange<T>> {
    (before != after).then_some(ValueChange { before, after })
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
