//! revm's [`CacheDB`] with two defects mended.
//!
//! An account that destroys itself and later is paid again becomes `Touched` there, and its old
//! storage is read from below once more. Here it keeps its empty storage. And an empty account that
//! is touched stays there; here it is gone. Timing uses the plain cache, comparison this one.

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

/// A [`CacheDB`] that does not bring deleted storage back.
#[derive(Debug)]
pub(crate) struct Mended<D> {
    pub(crate) cache: CacheDB<D>,
    /// From Spurious Dragon on an account that is touched and empty is gone (EIP-161).
    clears_empty: bool,
}

impl<D> Mended<D> {
    pub(crate) fn new(below: D, spec: SpecId) -> Self {
        Self {
            cache: CacheDB::new(below),
            clears_empty: spec.is_enabled_in(SpecId::SPURIOUS_DRAGON),
        }
    }
}

impl<D> DatabaseCommit for Mended<D> {
    fn commit(&mut self, changes: AddressMap<Account>) {
        let touched: Vec<(Address, bool)> = changes
            .iter()
            .filter(|(_, account)| account.is_touched())
            .map(|(address, account)| (*address, self.clears_empty && account.info.is_empty()))
            .collect();
        let was_gone = |address: &Address| {
            let known = self.cache.cache.accounts.get(address);
            known.is_some_and(|account| account.account_state == AccountState::NotExisting)
        };
        let gone: Vec<bool> = touched
            .iter()
            .map(|(address, _)| was_gone(address))
            .collect();
        self.cache.commit(changes);
        for ((address, is_cleared), was_gone) in touched.into_iter().zip(gone) {
            let Some(account) = self.cache.cache.accounts.get_mut(&address) else {
                continue;
            };
            if is_cleared {
                account.account_state = AccountState::NotExisting;
                account.storage.clear();
            } else if was_gone && account.account_state == AccountState::Touched {
                account.account_state = AccountState::StorageCleared;
            }
        }
    }
}

impl<D: DatabaseRef<Error = SourceError>> Database for Mended<D> {
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
