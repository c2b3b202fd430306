//! Committed state of an optimistic execution, for the changes of the protocol before the first and after the last
//! transaction.

use crate::{
    state::{SourceError, StateSource},
    vm::{
        Bytecode, Location, SpecId,
        optimistic::{
            AccountDelta, AccountValue, AccountWrite, CodeStore, Epoch, SlotValue, StateMemory,
            StateValue, StateWrite,
        },
    },
};
use alloy_primitives::{Address, B256, U256, map::AddressMap};
use parevm_stm::LocationId;
use revm::{
    Database, DatabaseCommit,
    state::{Account as EvmAccount, AccountInfo},
};

/// Database of the committed state. Must not be used while workers execute.
#[derive(Debug)]
pub(crate) struct CommittedDatabase<'a> {
    memory: &'a StateMemory,
    state: &'a dyn StateSource,
    codes: &'a CodeStore,
    spec: SpecId,
    /// Epoch of a storage that a commit here clears.
    epoch: Epoch,
    /// First failure of a commit, which itself returns nothing.
    failure: Option<SourceError>,
}

impl<'a> CommittedDatabase<'a> {
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

    /// Returns the first failure of a commit.
    pub(crate) fn finish(self) -> Result<(), SourceError> {
        self.failure.map_or(Ok(()), Err)
    }

    fn account(&self, address: Address) -> Result<(LocationId, AccountValue), SourceError> {
        let location = Location::Account(address);
        let (id, value) = self
            .memory
            .committed_value(&location, |location| StateValue::read(self.state, location))?;
        Ok((id, value.into_account()))
    }

    fn commit_account(&self, address: Address, account: &EvmAccount) -> Result<(), SourceError> {
        let (id, seen) = self.account(address)?;
        if account.is_selfdestructed() {
            let write = AccountWrite::Destroy { epoch: self.epoch };
            self.memory.apply(id, &StateWrite::Account(write));
            return Ok(());
        }
        let touch = AccountDelta::touch(self.spec, self.epoch);
        if let Some(delta) = AccountDelta::between(seen.account, account, touch) {
            if let Some(code) = &account.info.code {
                self.codes.insert(account.info.code_hash, code);
            }
            self.memory
                .apply(id, &StateWrite::Account(AccountWrite::Delta(delta)));
        }
        let (_, AccountValue { epoch, .. }) = self.account(address)?;
        for (key, slot) in account.changed_storage_slots() {
            let location = Location::Slot(address, *key);
            let id = self
                .memory
                .locate(&location, |location| StateValue::read(self.state, location))?;
            let value = SlotValue {
                value: slot.present_value,
                epoch,
            };
            self.memory.apply(id, &StateWrite::Slot(value));
        }
        Ok(())
    }
}

impl Database for CommittedDatabase<'_> {
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
            .committed_value(&location, |location| StateValue::read(self.state, location))?;
        Ok(match value {
            StateValue::Slot(slot) if slot.epoch == account.epoch => slot.value,
            StateValue::Slot(_) | StateValue::Account(_) => U256::ZERO,
        })
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, SourceError> {
        self.state.block_hash(number)
    }
}

impl DatabaseCommit for CommittedDatabase<'_> {
    fn commit(&mut self, changes: AddressMap<EvmAccount>) {
        for (address, account) in &changes {
            if account.is_touched()
                && let Err(error) = self.commit_account(*address, account)
            {
                self.failure.get_or_insert(error);
            }
        }
    }
}
