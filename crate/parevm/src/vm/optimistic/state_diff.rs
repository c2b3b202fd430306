//! State diff of a block, from the committed values of the memory.

use super::{
    code_store::CodeStore,
    location::Location,
    memory::StateMemory,
    value::{AccountValue, SlotValue, StateValue},
};
use crate::{error::ExecuteError, state::StateDiff};
use alloy_primitives::{Address, KECCAK256_EMPTY, U256, map::AddressMap};

/// Returns the state diff of the block, from the committed values of `memory`.
pub(crate) fn state_diff(
    memory: &StateMemory,
    codes: &CodeStore,
) -> Result<StateDiff, ExecuteError> {
    let mut accounts: Vec<(Address, AccountValue, AccountValue)> = Vec::new();
    let mut slots: AddressMap<Vec<(U256, SlotValue, SlotValue)>> = AddressMap::default();
    memory.for_each_change(
        |change| match (change.location, change.before, change.after) {
            (
                Location::Account(address),
                StateValue::Account(before),
                StateValue::Account(after),
            ) if before != after => accounts.push((*address, *before, *after)),
            (Location::Slot(address, slot), StateValue::Slot(before), StateValue::Slot(after))
                if before != after =>
            {
                let written = slots.entry(*address).or_default();
                written.push((*slot, *before, *after));
            }
            // Unchanged. The variant of a location never changes.
            _ => {}
        },
    );
    let mut diff = StateDiff::default();
    diff.accounts.reserve(accounts.len().max(slots.len()));
    for (address, before, after) in accounts {
        let written = slots.remove(&address).unwrap_or_default();
        insert(&mut diff, address, before, after, written);
        let code_hash = after.account.map(|account| account.code_hash);
        if let Some(code_hash) = code_hash
            && code_hash != KECCAK256_EMPTY
            && before.account.map(|account| account.code_hash) != Some(code_hash)
            && let Some(code) = codes.get(code_hash)
        {
            diff.codes.insert(code_hash, code);
        }
    }
    // Slots of accounts that are otherwise unchanged.
    for (address, written) in slots {
        let unread = |_: &Location| {
            Err(ExecuteError::Bug {
                invariant: "a slot was written whose account was never read",
            })
        };
        let (_, value) = memory.committed_value(&Location::Account(address), unread)?;
        let account = value.into_account();
        insert(&mut diff, address, account, account, written);
    }
    Ok(diff)
}

fn insert(
    diff: &mut StateDiff,
    address: Address,
    before: AccountValue,
    after: AccountValue,
    written: Vec<(U256, SlotValue, SlotValue)>,
) {
    let current = written
        .into_iter()
        .filter(|(_, _, new)| new.epoch == after.epoch);
    let slots = current.map(|(slot, old, new)| (slot, old.value, new.value));
    let is_reset = after.epoch != before.epoch;
    diff.insert(address, before.account, after.account, is_reset, slots);
}
