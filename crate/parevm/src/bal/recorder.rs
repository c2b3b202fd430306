//! Database that records the committed changes in a block access list.

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

/// Database that records the committed changes in a block access list, if one is wanted.
#[derive(Debug)]
pub struct BalRecorder<DB> {
    /// Recorded database.
    pub database: DB,
    /// Block access index of the next commit.
    pub index: BlockAccessIndex,
    /// List, if one is wanted.
    pub list: Option<BalBuilder>,
}

impl BalRecorder<Overlay<'_>> {
    /// Commits the write set of the next transaction. Moves the codes out of `changes`.
    pub fn commit_transaction(&mut self, changes: &mut AddressMap<Account>) {
        self.index.increment();
        if let Some(list) = &mut self.list {
            list.record(self.index, changes);
        }
        // In place: moving the accounts takes longer than reading their changes.
        for (address, account) in changes {
            self.database.commit_account(*address, account);
        }
    }

    /// Commits the next transaction, which is `transfer`. Returns false if the EVM must execute it: a
    /// list needs the accounts that the EVM loads.
    ///
    /// # Errors
    ///
    /// The state source failed.
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

/// Commits a pre-execution or post-execution change.
impl<DB: DatabaseCommit> DatabaseCommit for BalRecorder<DB> {
    fn commit(&mut self, changes: AddressMap<Account>) {
        if let Some(list) = &mut self.list {
            list.record_protocol_change(self.index, &changes);
        }
        self.database.commit(changes);
    }
}
