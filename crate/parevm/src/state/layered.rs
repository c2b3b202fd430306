//! State source under a state diff.

use super::{Account, SourceError, StateDiff, StateSource};
use alloy_primitives::{Address, B256, U256};
use revm::bytecode::Bytecode;

/// State source under a [`StateDiff`]; itself a source.
#[derive(Debug)]
pub struct LayeredState<'a> {
    source: &'a dyn StateSource,
    changes: StateDiff,
}

impl<'a> LayeredState<'a> {
    /// Layers `changes` over `source`.
    #[must_use]
    pub const fn new(source: &'a dyn StateSource, changes: StateDiff) -> Self {
        Self { source, changes }
    }

    /// Merges `diff`, which changes this state, into the changes.
    pub fn apply(&mut self, diff: StateDiff) {
        self.changes.codes.extend(diff.codes);
        for (address, change) in diff.accounts {
            let changed = self.changes.accounts.entry(address).or_default();
            changed.account = change.account;
            if change.storage_reset {
                changed.storage_reset = true;
                changed.slots.clear();
            }
            changed.slots.extend(change.slots);
        }
    }

    /// Returns all changes to the source.
    #[must_use]
    pub const fn changes(&self) -> &StateDiff {
        &self.changes
    }
}

impl StateSource for LayeredState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        match self.changes.accounts.get(&address) {
            Some(change) => Ok(change.account),
            None => self.source.account(address),
        }
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        match self.changes.codes.get(&code_hash) {
            Some(code) => Ok(code.clone()),
            None => self.source.code(code_hash),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        let Some(change) = self.changes.accounts.get(&address) else {
            return self.source.storage(address, slot);
        };
        match change.slots.get(&slot) {
            Some(value) => Ok(*value),
            None if change.storage_reset => Ok(U256::ZERO),
            None => self.source.storage(address, slot),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.source.block_hash(number)
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        let Some(change) = self.changes.accounts.get(&address) else {
            return self.source.has_storage(address);
        };
        if change.slots.values().any(|value| !value.is_zero()) {
            return Ok(true);
        }
        Ok(!change.storage_reset && self.source.has_storage(address)?)
    }
}
