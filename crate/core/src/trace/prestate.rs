//! The answer of `prestateTracer`: what a transaction found, or found and left.
//!
//! Made from what the EVM loaded and changed. `revm-inspectors` makes one too, without code hashes,
//! which geth tells, and without what a destroyed account had in slots that did not change.

use crate::{state::SourceError, vm::TxEnv};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use alloy_rpc_types_trace::geth::PreStateConfig;
use revm::{
    DatabaseRef,
    state::{Account, AccountInfo, EvmState},
};
use serde::Serialize;
use std::collections::BTreeMap;

type Accounts = BTreeMap<Address, AccountState>;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Prestate {
    /// All that was looked at, as it was before.
    Before(Accounts),
    /// What changed, before and after.
    Difference { post: Accounts, pre: Accounts },
}

/// An account; of one after the transaction only what changed.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountState {
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_hash: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    storage: BTreeMap<B256, B256>,
}

/// The answer for a transaction that left `state` where `database` is what it found.
pub(super) fn prestate<DB: DatabaseRef<Error = SourceError>>(
    config: &PreStateConfig,
    transaction: &TxEnv,
    state: &EvmState,
    database: &DB,
) -> Result<Prestate, SourceError> {
    let mut pre = Accounts::new();
    let mut post = Accounts::new();
    let unseen = unseen_target(transaction, state, database)?;
    for (address, account) in state {
        if Some(*address) == unseen {
            continue;
        }
        let before = database.basic_ref(*address)?.unwrap_or_default();
        let changed = changed(config, &before, account);
        let is_wanted = !config.is_diff_mode() || changed.is_some() || account.is_selfdestructed();
        if is_wanted && !before.is_empty() {
            let mut found = found(config, &before, account, database)?;
            if let Some(changed) = &changed {
                let has_changed = |slot: &B256| changed.slots.contains(slot);
                found
                    .storage
                    .retain(|slot, value| has_changed(slot) && !value.is_zero());
            }
            pre.insert(*address, found);
        }
        if let Some(changed) = changed {
            post.insert(*address, changed.account);
        }
    }
    Ok(if config.is_diff_mode() {
        Prestate::Difference { post, pre }
    } else {
        Prestate::Before(pre)
    })
}

/// Whose code the transaction runs by a delegation that it brought itself (EIP-7702).
///
/// Geth looks for the target before the transaction begins, so this one it does not see, unless a
/// call touches it.
fn unseen_target<DB: DatabaseRef<Error = SourceError>>(
    transaction: &TxEnv,
    state: &EvmState,
    database: &DB,
) -> Result<Option<Address>, SourceError> {
    let Some(callee) = transaction.kind.to() else {
        return Ok(None);
    };
    let delegated = state
        .get(callee)
        .and_then(|account| account.info.code.as_ref()?.eip7702_address());
    let Some(target) = delegated else {
        return Ok(None);
    };
    let before = database.basic_ref(*callee)?.unwrap_or_default();
    let is_new = state
        .get(callee)
        .is_some_and(|account| account.info.code_hash != before.code_hash);
    let is_touched = state.get(&target).is_some_and(Account::is_touched);
    Ok((is_new && !is_touched).then_some(target))
}

/// The account as the transaction found it, with the slots it looked at.
fn found<DB: DatabaseRef<Error = SourceError>>(
    config: &PreStateConfig,
    before: &AccountInfo,
    account: &Account,
    database: &DB,
) -> Result<AccountState, SourceError> {
    let has_code = before.code_hash != KECCAK256_EMPTY;
    let code = if has_code && config.code_enabled() {
        Some(
            database
                .code_by_hash_ref(before.code_hash)?
                .original_bytes(),
        )
    } else {
        None
    };
    let slots = account.storage.iter().filter(|_| config.storage_enabled());
    Ok(AccountState {
        balance: Some(before.balance),
        code,
        code_hash: has_code.then_some(before.code_hash),
        nonce: (before.nonce != 0).then_some(before.nonce),
        storage: slots
            .map(|(slot, value)| ((*slot).into(), value.original_value().into()))
            .collect(),
    })
}

/// What changed of an account.
struct Changed {
    account: AccountState,
    slots: Vec<B256>,
}

/// What `account`, which still is there, has and had not `before`; `None` where nothing changed.
fn changed(config: &PreStateConfig, before: &AccountInfo, account: &Account) -> Option<Changed> {
    if !config.is_diff_mode() || account.is_selfdestructed() {
        return None;
    }
    let after = &account.info;
    let mut changed = Changed {
        account: AccountState::default(),
        slots: Vec::new(),
    };
    let state = &mut changed.account;
    let mut is_changed = false;
    if after.balance != before.balance {
        is_changed = true;
        state.balance = Some(after.balance);
    }
    if after.nonce != before.nonce {
        is_changed = true;
        state.nonce = (after.nonce != 0).then_some(after.nonce);
    }
    if after.code_hash != before.code_hash {
        is_changed = true;
        state.code_hash = Some(after.code_hash);
        if config.code_enabled() {
            let code = after.code.as_ref();
            state.code = Some(code.map(|code| code.original_bytes()).unwrap_or_default());
        }
    }
    let slots = account.storage.iter().filter(|_| config.storage_enabled());
    for (slot, value) in slots.filter(|(_, value)| value.is_changed()) {
        is_changed = true;
        changed.slots.push((*slot).into());
        if !value.present_value().is_zero() {
            state
                .storage
                .insert((*slot).into(), value.present_value().into());
        }
    }
    is_changed.then_some(changed)
}
