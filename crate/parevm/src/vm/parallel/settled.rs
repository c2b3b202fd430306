//! The final state of a parallel run, for what the protocol does before the
//! first and after the last transaction.

use super::{
    code_store::CodeStore,
    location::Location,
    memory::StateMemory,
    program::base,
    value::{AccountPatch, AccountValue, Epoch, SlotValue, StatePatch, StateValue},
    write_set::{change, untouched},
};
use crate::{
    execute::ExecuteError,
    state::{SourceError, StateDiff, StateSource},
    vm::{Bytecode, SpecId},
};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, map::AddressMap};
use parevm_stm::LocationId;
use revm::{
    Database, DatabaseCommit,
    state::{Account, AccountInfo},
};

/// Reads and writes final values. Not to be used while workers run.
#[derive(Debug)]
pub(crate) struct SettledDatabase<'a> {
    memory: &'a StateMemory,
    state: &'a dyn StateSource,
    codes: &'a CodeStore,
    spec: SpecId,
    /// The storage epoch that begins where something here empties a storage.
    epoch: Epoch,
    /// A commit returns nothing, so a failure is kept until it is asked for.
    failure: Option<SourceError>,
}

impl<'a> SettledDatabase<'a> {
    pub(crate) fn new(
        memory: &'a StateMemory,
        state: &'a dyn StateSource,
        codes: &'a CodeStore,
        spec: SpecId,
        epoch: Epoch,
    ) -> Self {
        Self {
            memory,
            state,
            codes,
            spec,
            epoch,
            failure: None,
        }
    }

    /// Whether every commit could be made.
    pub(crate) fn finish(self) -> Result<(), SourceError> {
        self.failure.map_or(Ok(()), Err)
    }

    fn account(&self, address: Address) -> Result<(LocationId, AccountValue), SourceError> {
        let location = Location::Account(address);
        let (id, value) = self
            .memory
            .committed_value(&location, |location| base(self.state, location))?;
        Ok((id, account_value(value)))
    }

    fn commit_account(&self, address: Address, account: &Account) -> Result<(), SourceError> {
        let (id, seen) = self.account(address)?;
        if account.is_selfdestructed() {
            let patch = AccountPatch::Destroy { epoch: self.epoch };
            self.memory.apply(id, &StatePatch::Account(patch));
            return Ok(());
        }
        if let Some(change) = change(account, seen.account, untouched(self.spec, self.epoch)) {
            if let Some(code) = &account.info.code {
                self.codes.insert(account.info.code_hash, code);
            }
            self.memory
                .apply(id, &StatePatch::Account(AccountPatch::Change(change)));
        }
        let (_, AccountValue { epoch, .. }) = self.account(address)?;
        for (key, slot) in account.changed_storage_slots() {
            let location = Location::Slot(address, *key);
            let id = self
                .memory
                .locate(&location, |location| base(self.state, location))?;
            let value = SlotValue {
                value: slot.present_value,
                epoch,
            };
            self.memory.apply(id, &StatePatch::Slot(value));
        }
        Ok(())
    }
}

impl Database for SettledDatabase<'_> {
    type Error = SourceError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        let (_, value) = self.account(address)?;
        Ok(value.account.map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: None,
            code: None,
        }))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.codes
            .get(code_hash)
            .map_or_else(|| self.state.code(code_hash), Ok)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, SourceError> {
        let (_, account) = self.account(address)?;
        let location = Location::Slot(address, key);
        let (_, value) = self
            .memory
            .committed_value(&location, |location| base(self.state, location))?;
        Ok(match value {
            StateValue::Slot(slot) if slot.epoch == account.epoch => slot.value,
            StateValue::Slot(_) | StateValue::Account(_) => U256::ZERO,
        })
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, SourceError> {
        self.state.block_hash(number)
    }
}

impl DatabaseCommit for SettledDatabase<'_> {
    fn commit(&mut self, changes: AddressMap<Account>) {
        for (address, account) in &changes {
            if account.is_touched()
                && let Err(error) = self.commit_account(*address, account)
            {
                self.failure.get_or_insert(error);
            }
        }
    }
}

/// What the block changed, from the final values of `memory`.
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
            // Unchanged. A location never changes its kind.
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
    // A slot may change where nothing else of the account does.
    for (address, written) in slots {
        let unread = |_: &Location| {
            Err(ExecuteError::Bug {
                invariant: "an account is read before its storage",
            })
        };
        let (_, value) = memory.committed_value(&Location::Account(address), unread)?;
        let account = account_value(value);
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
    let in_force = written
        .into_iter()
        .filter(|(_, _, new)| new.epoch == after.epoch);
    let slots = in_force.map(|(slot, old, new)| (slot, old.value, new.value));
    let is_reset = after.epoch != before.epoch;
    diff.insert(address, before.account, after.account, is_reset, slots);
}

fn account_value(value: StateValue) -> AccountValue {
    match value {
        StateValue::Account(account) => account,
        // A location never changes its kind.
        StateValue::Slot(_) => AccountValue {
            account: None,
            epoch: 0,
        },
    }
}
