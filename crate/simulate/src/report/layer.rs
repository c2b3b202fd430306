//! States under a call of a bundle: what it finds before those ahead of it have run, and codes that are read once.

use alloy_primitives::{
    Address, B256, U256,
    map::{AddressMap, HashMap},
};
use parevm::{
    state::{Account, SourceError, StateSource},
    vm::Bytecode,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The senders of a bundle with the positions of their calls.
pub(super) type Senders = AddressMap<Vec<usize>>;

/// The state that the call at `index` will probably find, before those ahead of it have run: they have
/// raised the nonces of their senders. Keeps what was read.
#[derive(Debug)]
pub(super) struct Guessed<'a> {
    source: &'a dyn StateSource,
    senders: &'a Senders,
    index: usize,
    reads: Mutex<Reads>,
}

/// What was read of a state.
#[derive(Debug, Default)]
pub(super) struct Reads {
    accounts: AddressMap<Option<Account>>,
    slots: HashMap<(Address, U256), U256>,
}

impl<'a> Guessed<'a> {
    pub(super) fn new(source: &'a dyn StateSource, senders: &'a Senders, index: usize) -> Self {
        Self {
            source,
            senders,
            index,
            reads: Mutex::default(),
        }
    }

    /// What was read.
    pub(super) fn into_reads(self) -> Reads {
        self.reads
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn reads(&self) -> MutexGuard<'_, Reads> {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reads {
    /// True when `state` answers the same. Codes belong to their hashes.
    pub(super) fn hold(&self, state: &dyn StateSource) -> Result<bool, SourceError> {
        for (address, account) in &self.accounts {
            if state.account(*address)? != *account {
                return Ok(false);
            }
        }
        for ((address, slot), value) in &self.slots {
            if state.storage(*address, *slot)? != *value {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A state whose codes are read once, however often a call runs.
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

impl StateSource for Guessed<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        let mut account = self.source.account(address)?;
        let sent = self.senders.get(&address);
        let sent = sent.map_or(0, |calls| calls.partition_point(|call| *call < self.index));
        if sent > 0 {
            let guess = account.get_or_insert_default();
            guess.nonce = guess.nonce.saturating_add(sent as u64);
        }
        self.reads().accounts.insert(address, account);
        Ok(account)
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.source.code(code_hash)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        let value = self.source.storage(address, slot)?;
        self.reads().slots.insert((address, slot), value);
        Ok(value)
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.source.block_hash(number)
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        // An account keeps its storage as long as it exists, which `account` notes.
        self.source.has_storage(address)
    }
}
