//! Accounts of a fixture: decoding, changes, comparison and state root.

use alloy_genesis::GenesisAccount;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use alloy_trie::root::state_root_unhashed;
use parevm::{
    MemoryState,
    state::{Account, AccountChange, StateDiff},
    vm::bytecode_of,
};
use std::{collections::BTreeMap, fmt::Display};

/// Accounts by address, as in fixtures and genesis files.
pub type Alloc = BTreeMap<Address, GenesisAccount>;

/// Returns the state of the accounts. Every listed account exists, even if it is empty.
#[must_use]
pub fn state_of(alloc: &Alloc) -> MemoryState {
    let mut state = MemoryState::default();
    for (address, listed) in alloc {
        let code_hash = match listed.non_empty_code() {
            Some(code) => state.insert_code(bytecode_of(code.clone())),
            None => KECCAK256_EMPTY,
        };
        let account = Account {
            balance: listed.balance,
            nonce: listed.nonce.unwrap_or_default(),
            code_hash,
        };
        state.insert_account(*address, account);
        for (slot, value) in listed.storage_slots() {
            state.insert_storage(*address, slot.into(), value);
        }
    }
    state
}

/// Returns the state root of the accounts.
#[must_use]
pub fn root(alloc: &Alloc) -> B256 {
    let accounts = alloc
        .iter()
        .map(|(address, account)| (*address, account.clone()));
    state_root_unhashed(accounts)
}

/// Applies the changes of a block to the accounts.
pub fn apply(alloc: &mut Alloc, diff: &StateDiff) {
    for (address, change) in &diff.accounts {
        match change.account {
            Some(account) => set(alloc.entry(*address).or_default(), account, change, diff),
            None => {
                alloc.remove(address);
            }
        }
    }
}

fn set(listed: &mut GenesisAccount, account: Account, change: &AccountChange, diff: &StateDiff) {
    listed.balance = account.balance;
    listed.nonce = Some(account.nonce);
    if account.code_hash == KECCAK256_EMPTY {
        listed.code = None;
    } else if let Some(code) = diff.codes.get(&account.code_hash) {
        listed.code = Some(code.original_bytes());
    }
    let storage = listed.storage.get_or_insert_default();
    if change.storage_reset {
        storage.clear();
    }
    for (slot, value) in &change.slots {
        storage.insert((*slot).into(), (*value).into());
    }
}

/// Compares accounts.
///
/// # Errors
///
/// The first difference in words: account and field.
pub fn compare(expected: &Alloc, found: &Alloc) -> Result<(), String> {
    for (address, expected) in expected {
        let at = format!("account {address}");
        let found = found
            .get(address)
            .ok_or_else(|| format!("{at}: expected, not found"))?;
        account(&at, expected, found)?;
    }
    match found
        .keys()
        .find(|address| !expected.contains_key(*address))
    {
        Some(address) => Err(format!("account {address}: not expected, found")),
        None => Ok(()),
    }
}

fn account(at: &str, expected: &GenesisAccount, found: &GenesisAccount) -> Result<(), String> {
    let nonce = |account: &GenesisAccount| account.nonce.unwrap_or_default();
    let code = |account: &GenesisAccount| account.code.clone().unwrap_or_default();
    same(&format!("{at}: balance"), &expected.balance, &found.balance)?;
    same(&format!("{at}: nonce"), &nonce(expected), &nonce(found))?;
    same::<Bytes>(&format!("{at}: code"), &code(expected), &code(found))?;
    let slots = |account: &GenesisAccount| -> BTreeMap<B256, U256> {
        let slots = account.storage_slots();
        slots.filter(|(_, value)| !value.is_zero()).collect()
    };
    let (expected, found) = (slots(expected), slots(found));
    for slot in expected.keys().chain(found.keys()) {
        let value = |slots: &BTreeMap<B256, U256>| slots.get(slot).copied().unwrap_or_default();
        let name = format!("{at}: slot {:#x}", U256::from_be_bytes(slot.0));
        same(&name, &value(&expected), &value(&found))?;
    }
    Ok(())
}

/// Compares two values.
///
/// # Errors
///
/// The name, the expected and the found value.
pub fn same<T: PartialEq + Display>(name: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{name}: expected {expected}, found {found}"))
}
