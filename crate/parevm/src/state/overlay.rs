//! State source with uncommitted changes on top, as a database of revm.

use super::{
    Account, KeccakCache, SourceError, StateDiff, StateSource, StorageAware, WithKeccakCache,
    overlay_account::{OverlayAccount, OverlaySlot},
};
use alloy_primitives::{
    Address, B256, KECCAK256_EMPTY, U256,
    map::{AddressIndexMap, AddressMap, B256Map, IndexEntry, hash_map::Entry},
};
use revm::{
    Database, DatabaseCommit, DatabaseRef,
    bytecode::Bytecode,
    primitives::hardfork::SpecId,
    state::{Account as EvmAccount, AccountId, AccountInfo},
};

/// State source with changes on top: the database of the sequential executor and of system calls.
///
/// Caches every value, so that the source is read once for each.
#[derive(Debug)]
pub struct Overlay<'a> {
    source: &'a dyn StateSource,
    /// From Spurious Dragon on: a touched empty account is deleted (EIP-161).
    clears_empty: bool,
    /// In insertion order: the accounts of a transaction are adjacent, and a new account goes to the
    /// end, which is in the processor's cache, instead of to a random bucket.
    accounts: AddressIndexMap<OverlayAccount>,
    codes: B256Map<Bytecode>,
    keccak_cache: KeccakCache,
}

impl<'a> Overlay<'a> {
    /// Creates an overlay without changes, under the rules of `spec`.
    pub fn new(source: &'a dyn StateSource, spec: SpecId) -> Self {
        Self {
            source,
            clears_empty: spec.is_enabled_in(SpecId::SPURIOUS_DRAGON),
            accounts: AddressIndexMap::default(),
            codes: B256Map::default(),
            keccak_cache: KeccakCache::default(),
        }
    }

    /// As [`Self::new`], with capacity for `accounts` accounts.
    pub(crate) fn with_capacity(
        source: &'a dyn StateSource,
        spec: SpecId,
        accounts: usize,
    ) -> Self {
        Self {
            accounts: AddressIndexMap::with_capacity_and_hasher(accounts, Default::default()),
            ..Self::new(source, spec)
        }
    }

    /// Moves the overlay out, and leaves one without changes.
    pub(crate) fn take(&mut self) -> Self {
        let empty = Self {
            source: self.source,
            clears_empty: self.clears_empty,
            accounts: AddressIndexMap::default(),
            codes: B256Map::default(),
            keccak_cache: KeccakCache::default(),
        };
        std::mem::replace(self, empty)
    }

    /// Returns the state source.
    #[must_use]
    pub fn source(&self) -> &'a dyn StateSource {
        self.source
    }

    /// Returns the present account at `address`.
    ///
    /// # Errors
    ///
    /// The source failed.
    pub fn account(&mut self, address: Address) -> Result<Option<Account>, SourceError> {
        Ok(self.overlay_account(address)?.present)
    }

    /// Returns the changes, in normal form.
    #[must_use]
    pub fn diff(&self) -> StateDiff {
        let mut diff = StateDiff::default();
        for (address, overlaid) in &self.accounts {
            let slots = overlaid
                .slots
                .iter()
                .map(|(key, slot)| (*key, slot.original, slot.present));
            diff.insert(
                *address,
                overlaid.original,
                overlaid.present,
                overlaid.storage_reset,
                slots,
            );
            let original_code = overlaid
                .original
                .map_or(KECCAK256_EMPTY, |account| account.code_hash);
            if let Some(account) = overlaid.present
                && account.code_hash != original_code
                && let Some(code) = self.codes.get(&account.code_hash)
            {
                diff.codes.insert(account.code_hash, code.clone());
            }
        }
        diff
    }

    /// Returns the present account at `index`, which [`Self::index_of`] returned.
    pub(crate) fn present(&self, index: usize) -> Option<Account> {
        self.accounts.get_index(index)?.1.present
    }

    /// Sets the present account at `index`, which [`Self::index_of`] returned.
    pub(crate) fn set_present(&mut self, index: usize, account: Account) {
        if let Some((_, overlaid)) = self.accounts.get_index_mut(index) {
            overlaid.present = Some(account);
        }
    }

    /// Returns the account at `address` for changes in place.
    ///
    /// # Errors
    ///
    /// The source failed.
    pub(crate) fn present_mut(
        &mut self,
        address: Address,
    ) -> Result<&mut Option<Account>, SourceError> {
        Ok(&mut self.overlay_account(address)?.present)
    }

    /// Returns the index of the account at `address`. It stays the same.
    ///
    /// # Errors
    ///
    /// The source failed.
    pub(crate) fn index_of(&mut self, address: Address) -> Result<usize, SourceError> {
        Ok(match self.accounts.entry(address) {
            IndexEntry::Occupied(entry) => entry.index(),
            IndexEntry::Vacant(entry) => {
                let index = entry.index();
                entry.insert(OverlayAccount::new(self.source.account(address)?));
                index
            }
        })
    }

    fn overlay_account(&mut self, address: Address) -> Result<&mut OverlayAccount, SourceError> {
        Ok(match self.accounts.entry(address) {
            IndexEntry::Occupied(entry) => entry.into_mut(),
            IndexEntry::Vacant(entry) => {
                entry.insert(OverlayAccount::new(self.source.account(address)?))
            }
        })
    }

    /// Commits the account at `address` as revm's journal has it after a transaction. Takes its code.
    ///
    /// revm loaded the account through [`Database::basic`], so it is cached; an account that is not
    /// cached is new to the source.
    pub(crate) fn commit_account(&mut self, address: Address, changed: &mut EvmAccount) {
        if !changed.is_touched() {
            return;
        }
        let overlaid = self.accounts.entry(address).or_default();
        if changed.is_selfdestructed() {
            overlaid.present = None;
            overlaid.storage_reset = true;
            overlaid.slots.clear();
            return;
        }
        if changed.is_created() {
            overlaid.storage_reset = true;
            overlaid.slots.clear();
        }
        let info = &mut changed.info;
        let code_before = overlaid.present.map(|account| account.code_hash);
        let account = Account {
            balance: info.balance,
            nonce: info.nonce,
            code_hash: info.code_hash,
        };
        if self.clears_empty && account.is_empty() {
            // Deleted, with its storage.
            overlaid.storage_reset |= overlaid.present.is_some();
            overlaid.present = None;
            overlaid.slots.clear();
            return;
        }
        overlaid.present = Some(account);
        for (key, slot) in &changed.storage {
            match overlaid.slots.entry(*key) {
                Entry::Occupied(mut entry) => entry.get_mut().present = slot.present_value,
                Entry::Vacant(entry) => {
                    entry.insert(OverlaySlot {
                        original: U256::ZERO,
                        present: slot.present_value,
                    });
                }
            }
        }
        if code_before != Some(account.code_hash)
            && let Some(code) = info.code.take()
            && !code.is_empty()
        {
            self.codes.entry(account.code_hash).or_insert(code);
        }
    }
}

/// Returns `account` as revm reads it.
fn info_of(account: Account) -> AccountInfo {
    AccountInfo {
        balance: account.balance,
        nonce: account.nonce,
        code_hash: account.code_hash,
        account_id: None,
        code: (account.code_hash == KECCAK256_EMPTY).then(Bytecode::default),
    }
}

impl Database for Overlay<'_> {
    type Error = SourceError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        let index = self.index_of(address)?;
        Ok(self.present(index).map(|account| AccountInfo {
            account_id: AccountId::new(index),
            ..info_of(account)
        }))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, SourceError> {
        Ok(match self.codes.entry(code_hash) {
            Entry::Occupied(entry) => entry.get().clone(),
            Entry::Vacant(entry) => entry.insert(self.source.code(code_hash)?).clone(),
        })
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, SourceError> {
        let source = self.source;
        self.overlay_account(address)?.slot(source, address, key)
    }

    fn storage_by_account_id(
        &mut self,
        address: Address,
        account_id: AccountId,
        key: U256,
    ) -> Result<U256, SourceError> {
        match self.accounts.get_index_mut(account_id.get()) {
            // An id of another database belongs to some other account here.
            Some((known, overlaid)) if *known == address => {
                overlaid.slot(self.source, address, key)
            }
            _ => self.storage(address, key),
        }
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, SourceError> {
        self.source.block_hash(number)
    }
}

impl WithKeccakCache for Overlay<'_> {
    fn keccak_cache(&mut self) -> &mut KeccakCache {
        &mut self.keccak_cache
    }
}

impl StorageAware for Overlay<'_> {
    fn has_storage(&mut self, address: Address, _info: &AccountInfo) -> Result<bool, SourceError> {
        let source = self.source;
        let overlaid = self.overlay_account(address)?;
        if overlaid.slots.values().any(|slot| !slot.present.is_zero()) {
            return Ok(true);
        }
        Ok(overlaid.has_source_storage() && source.has_storage(address)?)
    }
}

/// Reads without caching: tracers compare the changes of a transaction with the state before it.
impl DatabaseRef for Overlay<'_> {
    type Error = SourceError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        let account = match self.accounts.get(&address) {
            Some(overlaid) => overlaid.present,
            None => self.source.account(address)?,
        };
        Ok(account.map(info_of))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        match self.codes.get(&code_hash) {
            Some(code) => Ok(code.clone()),
            None => self.source.code(code_hash),
        }
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, SourceError> {
        let Some(overlaid) = self.accounts.get(&address) else {
            return self.source.storage(address, key);
        };
        match overlaid.slots.get(&key) {
            Some(slot) => Ok(slot.present),
            None if overlaid.has_source_storage() => self.source.storage(address, key),
            None => Ok(U256::ZERO),
        }
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, SourceError> {
        self.source.block_hash(number)
    }
}

impl DatabaseCommit for Overlay<'_> {
    fn commit(&mut self, changes: AddressMap<EvmAccount>) {
        for (address, mut account) in changes {
            self.commit_account(address, &mut account);
        }
    }

    fn commit_iter(&mut self, changes: &mut dyn Iterator<Item = (Address, EvmAccount)>) {
        for (address, mut account) in changes {
            self.commit_account(address, &mut account);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use crate::state::MemoryState;

    #[test]
    fn an_id_of_another_state_finds_the_account_by_its_address() {
        let [one, two] = [1, 2].map(Address::with_last_byte);
        let key = U256::from(3);
        let mut state = MemoryState::default();
        for address in [one, two] {
            let account = Account {
                nonce: 1,
                ..Account::default()
            };
            state.insert_account(address, account);
            state.insert_storage(address, key, U256::from_be_slice(address.as_slice()));
        }
        let mut here = Overlay::new(&state, SpecId::CANCUN);
        let mut other = Overlay::new(&state, SpecId::CANCUN);
        here.basic(one).unwrap();
        let mut id_of = |address| other.basic(address).unwrap().unwrap().account_id.unwrap();
        // Two is the first of the other state; one is the second there, and nobody here.
        for address in [two, one] {
            let value = here.storage_by_account_id(address, id_of(address), key);
            assert_eq!(value.unwrap(), U256::from_be_slice(address.as_slice()));
        }
    }
}
