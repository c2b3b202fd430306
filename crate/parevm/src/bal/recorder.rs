//! A database that notes for a list what is committed to it.

use super::BalBuilder;
use crate::{
    state::{KeccakCache, Overlay, SourceError, StorageAware, WithKeccakCache},
    vm::{Bytecode, transfer::Transfer},
};
use alloy_eip7928::BlockAccessIndex;
use alloy_primitives::{Address, B256, U256, map::AddressMap};
use revm::{
    Database, DatabaseCommit,
    state::{Account, AccountId, AccountInfo},
};

/// A database that notes for a list what is committed to it, if a list is wanted.
#[derive(Debug)]
pub struct BalRecorder<DB> {
    /// The database.
    pub database: DB,
    /// Where commits belong in the block.
    pub index: BlockAccessIndex,
    /// The list, if one is made.
    pub list: Option<BalBuilder>,
}

impl BalRecorder<Overlay<'_>> {
    /// Commits what the next transaction of the block leaves. Codes are taken out of `changes`.
    pub fn commit_transaction(&mut self, changes: &mut AddressMap<Account>) {
        self.index.increment();
        if let Some(list) = &mut self.list {
            list.record(self.index, changes);
        }
        // One by one, where they are: to move them out takes longer than to read what has changed.
        for (address, account) in changes {
            self.database.commit_account(*address, account);
        }
    }

    /// Commits the next transaction of the block, which is `transfer`. False where the EVM has to run
    /// it: a list is made of what that has loaded.
    ///
    /// # Errors
    ///
    /// When the source fails.
    pub(crate) fn transfer(&mut self, transfer: &Transfer) -> Result<bool, SourceError> {
        let is_done = self.list.is_none() && transfer.apply_to(&mut self.database)?;
        if is_done {
            self.index.increment();
        }
        Ok(is_done)
    }
}

impl<DB: Database> Database for BalRecorder<DB> {
    type Error = DB::Error;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, DB::Error> {
        self.database.basic(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, DB::Error> {
        self.database.code_by_hash(code_hash)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, DB::Error> {
        self.database.storage(address, key)
    }

    fn storage_by_account_id(
        &mut self,
        address: Address,
        account_id: AccountId,
        key: U256,
    ) -> Result<U256, DB::Error> {
        self.database
            .storage_by_account_id(address, account_id, key)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, DB::Error> {
        self.database.block_hash(number)
    }
}

impl<DB: WithKeccakCache> WithKeccakCache for BalRecorder<DB> {
    fn keccak_cache(&mut self) -> &mut KeccakCache {
        self.database.keccak_cache()
    }
}

impl<DB: StorageAware> StorageAware for BalRecorder<DB> {
    fn has_storage(&mut self, address: Address, info: &AccountInfo) -> Result<bool, DB::Error> {
        self.database.has_storage(address, info)
    }
}

/// Commits what a step of the protocol leaves, before the first or after the last transaction.
impl<DB: DatabaseCommit> DatabaseCommit for BalRecorder<DB> {
    fn commit(&mut self, changes: AddressMap<Account>) {
        if let Some(list) = &mut self.list {
            list.record_step(self.index, &changes);
        }
        self.database.commit(changes);
    }
}
