//! revm's [`CacheDB`] with one defect mended.
//!
//! An account that destroys itself and later is paid again becomes `Touched` there, and its old
//! storage is read from below once more. Here it keeps its empty storage. Timing uses the plain
//! cache, comparison this one.

use alloy_primitives::{Address, B256, U256, map::AddressMap};
use parevm::{state::SourceError, vm::Bytecode};
use revm::{
    Database, DatabaseCommit, DatabaseRef,
    database::{AccountState, CacheDB},
    state::{Account, AccountInfo},
};

/// A [`CacheDB`] that does not bring destroyed storage back.
#[derive(Debug)]
pub(crate) struct Mended<D>(pub(crate) CacheDB<D>);

impl<D> DatabaseCommit for Mended<D> {
    fn commit(&mut self, changes: AddressMap<Account>) {
        let accounts = &self.0.cache.accounts;
        let gone: Vec<Address> = changes
            .keys()
            .filter(|address| {
                accounts
                    .get(*address)
                    .is_some_and(|account| account.account_state == AccountState::NotExisting)
            })
            .copied()
            .collect();
        self.0.commit(changes);
        for address in gone {
            if let Some(account) = self.0.cache.accounts.get_mut(&address)
                && account.account_state == AccountState::Touched
            {
                account.account_state = AccountState::StorageCleared;
            }
        }
    }
}

impl<D: DatabaseRef<Error = SourceError>> Database for Mended<D> {
    type Error = SourceError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        self.0.basic(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.0.code_by_hash(code_hash)
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.0.storage(address, slot)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, SourceError> {
        self.0.block_hash(number)
    }
}
