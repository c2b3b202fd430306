//! revm's [`CacheDB`] with two defects corrected.
//!
//! There, a self-destructed account that later receives a payment becomes `Touched`, and its old storage is read from
//! the underlying database again; here its storage stays empty. And a touched empty account stays there; here it is
//! deleted. Measurements use the plain cache, comparisons this one.

use alloy_primitives::{Address, B256, U256, map::AddressMap};
use parevm::{
    state::SourceError,
    vm::{Bytecode, SpecId},
};
use revm::{
    Database, DatabaseCommit, DatabaseRef,
    database::{AccountState, CacheDB},
    state::{Account, AccountInfo},
};

/// [`CacheDB`] that deletes storage and empty accounts as the protocol demands.
#[derive(Debug)]
pub(crate) struct CorrectedCacheDb<D> {
    pub(crate) cache: CacheDB<D>,
    /// From Spurious Dragon on, a touched empty account is deleted (EIP-161).
    clears_empty: bool,
}

impl<D> CorrectedCacheDb<D> {
    pub(crate) fn new(database: D, spec: SpecId) -> Self {
        Self {
            cache: CacheDB::new(database),
            clears_empty: spec.is_enabled_in(SpecId::SPURIOUS_DRAGON),
        }
    }
}

impl<D> DatabaseCommit for CorrectedCacheDb<D> {
    fn commit(&mut self, changes: AddressMap<Account>) {
        let touched: Vec<(Address, bool)> = changes
            .iter()
            .filter(|(_, account)| account.is_touched())
            .map(|(address, account)| (*address, self.clears_empty && account.info.is_empty()))
            .collect();
        let was_deleted = |address: &Address| {
            let known = self.cache.cache.accounts.get(address);
            known.is_some_and(|account| account.account_state == AccountState::NotExisting)
        };
        let deleted: Vec<bool> = touched
            .iter()
            .map(|(address, _)| was_deleted(address))
            .collect();
        self.cache.commit(changes);
        for ((address, is_cleared), was_deleted) in touched.into_iter().zip(deleted) {
            let Some(account) = self.cache.cache.accounts.get_mut(&address) else {
                continue;
            };
            if is_cleared {
                account.account_state = AccountState::NotExisting;
                account.storage.clear();
            } else if was_deleted && account.account_state == AccountState::Touched {
                account.account_state = AccountState::StorageCleared;
            }
        }
    }
}

impl<D: DatabaseRef<Error = SourceError>> Database for CorrectedCacheDb<D> {
    type Error = SourceError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        self.cache.basic(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.cache.code_by_hash(code_hash)
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.cache.storage(address, slot)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, SourceError> {
        self.cache.block_hash(number)
    }
}
