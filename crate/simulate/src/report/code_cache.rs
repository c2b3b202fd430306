//! Cache of the code that a call reads.

use alloy_primitives::{Address, B256, U256, map::HashMap};
use parevm::{
    state::{Account, SourceError, StateSource},
    vm::Bytecode,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// State source that reads each code once, however often a call executes.
#[derive(Debug)]
pub(super) struct CodeCache<'a> {
    source: &'a dyn StateSource,
    codes: Mutex<HashMap<B256, Bytecode>>,
}

impl<'a> CodeCache<'a> {
    pub(super) fn new(source: &'a dyn StateSource) -> Self {
        Self {
            source,
            codes: Mutex::default(),
        }
    }

    fn codes(&self) -> MutexGuard<'_, HashMap<B256, Bytecode>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateSource for CodeCache<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        self.source.account(address)
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        if let Some(code) = self.codes().get(&code_hash) {
            return Ok(code.clone());
        }
        let code = self.source.code(code_hash)?;
        self.codes().insert(code_hash, code.clone());
        Ok(code)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.source.storage(address, slot)
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.source.block_hash(number)
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        self.source.has_storage(address)
    }
}
