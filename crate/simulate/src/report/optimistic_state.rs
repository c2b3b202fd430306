//! State of an optimistic execution: that before the bundle, with a read set to validate.

use alloy_primitives::{
    Address, B256, U256,
    map::{AddressMap, HashMap},
};
use parevm::{
    state::{Account, SourceError, StateSource},
    vm::Bytecode,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Senders of a bundle with the indices of their calls.
pub(super) type Senders = AddressMap<Vec<usize>>;

/// State for the optimistic execution of the call at `index`, as if the calls before it changed only the nonces of
/// their senders. Records the read set.
#[derive(Debug)]
pub(super) struct OptimisticState<'a> {
    source: &'a dyn StateSource,
    senders: &'a Senders,
    index: usize,
    read_set: Mutex<ReadSet>,
}

/// Accounts and slots that an execution has read.
#[derive(Debug, Default)]
pub(super) struct ReadSet {
    accounts: AddressMap<Option<Account>>,
    slots: HashMap<(Address, U256), U256>,
}

impl<'a> OptimisticState<'a> {
    pub(super) fn new(source: &'a dyn StateSource, senders: &'a Senders, index: usize) -> Self {
        Self {
            source,
            senders,
            index,
            read_set: Mutex::default(),
        }
    }

    /// Returns the read set.
    pub(super) fn into_read_set(self) -> ReadSet {
        self.read_set
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn read_set(&self) -> MutexGuard<'_, ReadSet> {
        self.read_set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReadSet {
    /// Returns true if `state` has the same values. Code is validated by its hash.
    pub(super) fn is_valid_on(&self, state: &dyn StateSource) -> Result<bool, SourceError> {
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

impl StateSource for OptimisticState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        let mut account = self.source.account(address)?;
        let sent = self.senders.get(&address);
        let sent = sent.map_or(0, |calls| calls.partition_point(|call| *call < self.index));
        if sent > 0 {
            let expected = account.get_or_insert_default();
            expected.nonce = expected.nonce.saturating_add(sent as u64);
        }
        self.read_set().accounts.insert(address, account);
        Ok(account)
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.source.code(code_hash)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        let value = self.source.storage(address, slot)?;
        self.read_set().slots.insert((address, slot), value);
        Ok(value)
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.source.block_hash(number)
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        // An account keeps its storage as long as it exists, which `account` records.
        self.source.has_storage(address)
    }
}
