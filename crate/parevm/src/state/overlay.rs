//! A state source with changes on top.

use super::{
    Account, SourceError, StateDiff, StateSource,
    cached::{Cached, Slot},
};
use crate::vm::{
    Bytecode, SpecId,
    collision::StorageAware,
    preimages::{KeepsHashes, Preimages},
    transfer::Transfer,
};
use alloy_primitives::{
    Address, B256, KECCAK256_EMPTY, U256,
    map::{AddressIndexMap, AddressMap, B256Map, IndexEntry, hash_map::Entry},
};
use revm::{
    Database, DatabaseCommit, DatabaseRef,
    state::{Account as EvmAccount, AccountId, AccountInfo},
};

/// A state source with changes on top: the database of the sequential executor and of system calls.
///
/// Every value read is kept, so the source is asked once for each.
#[derive(Debug)]
pub struct Overlay<'a> {
    source: &'a dyn StateSource,
    /// True from Spurious Dragon on: an account that is touched and empty is gone (EIP-161).
    clears_empty: bool,
    /// In the order they were met: a transaction's accounts lie side by side, and a new one is put
    /// after the last instead of somewhere in memory that no cache holds.
    accounts: AddressIndexMap<Cached>,
    codes: B256Map<Bytecode>,
    /// Hashes that were computed on this state.
    preimages: Preimages,
}

impl<'a> Overlay<'a> {
    /// An overlay without changes, under the rules of `spec`.
    pub fn new(source: &'a dyn StateSource, spec: SpecId) -> Self {
        Self {
            source,
            clears_empty: spec.is_enabled_in(SpecId::SPURIOUS_DRAGON),
            accounts: AddressIndexMap::default(),
            codes: B256Map::default(),
            preimages: Preimages::default(),
        }
    }

    /// The same, with room for `accounts` accounts.
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
            preimages: Preimages::default(),
        };
        std::mem::replace(self, empty)
    }

    /// The state below.
    #[must_use]
    pub fn source(&self) -> &'a dyn StateSource {
        self.source
    }

    /// The account as it is now.
    ///
    /// # Errors
    ///
    /// When the source fails.
    pub fn account(&mut self, address: Address) -> Result<Option<Account>, SourceError> {
        Ok(self.cached(address)?.now)
    }

    /// What changed so far, in normal form.
    #[must_use]
    pub fn diff(&self) -> StateDiff {
        let mut diff = StateDiff::default();
        for (address, cached) in &self.accounts {
            let slots = cached
                .slots
                .iter()
                .map(|(key, slot)| (*key, slot.before, slot.now));
            diff.insert(
                *address,
                cached.before,
                cached.now,
                cached.storage_reset,
                slots,
            );
            let code_before = cached
                .before
                .map_or(KECCAK256_EMPTY, |account| account.code_hash);
            if let Some(account) = cached.now
                && account.code_hash != code_before
                && let Some(code) = self.codes.get(&account.code_hash)
            {
                diff.codes.insert(account.code_hash, code.clone());
            }
        }
        diff
    }

    /// Carries out `transfer`. False where the EVM has to: nothing is changed then.
    ///
    /// # Errors
    ///
    /// When the source fails.
    pub(crate) fn transfer(&mut self, transfer: &Transfer) -> Result<bool, SourceError> {
        let sender = self.place(transfer.sender)?;
        let recipient = self.place(transfer.recipient)?;
        let Some((pays, takes)) = transfer.apply(self.now(sender), self.now(recipient)) else {
            return Ok(false);
        };
        if let Some(address) = transfer.beneficiary {
            let beneficiary = self.cached(address)?;
            let Some(rewarded) = transfer.reward_to(beneficiary.now) else {
                return Ok(false);
            };
            beneficiary.now = Some(rewarded);
        }
        for (place, account) in [(sender, pays), (recipient, takes)] {
            if let Some((_, cached)) = self.accounts.get_index_mut(place) {
                cached.now = Some(account);
            }
        }
        Ok(true)
    }

    /// The account at `place` of `accounts`.
    fn now(&self, place: usize) -> Option<Account> {
        self.accounts.get_index(place)?.1.now
    }

    fn cached(&mut self, address: Address) -> Result<&mut Cached, SourceError> {
        Ok(match self.accounts.entry(address) {
            IndexEntry::Occupied(entry) => entry.into_mut(),
            IndexEntry::Vacant(entry) => entry.insert(Cached::new(self.source.account(address)?)),
        })
    }

    /// Where in `accounts` the account at `address` is.
    fn place(&mut self, address: Address) -> Result<usize, SourceError> {
        Ok(match self.accounts.entry(address) {
            IndexEntry::Occupied(entry) => entry.index(),
            IndexEntry::Vacant(entry) => {
                let place = entry.index();
                entry.insert(Cached::new(self.source.account(address)?));
                place
            }
        })
    }

    /// Takes over one account as the EVM leaves it after a transaction.
    ///
    /// The EVM loaded the account through [`Database::basic`], so it is cached; an account that is
    /// not cached is new to the source.
    pub(crate) fn take_over(&mut self, address: Address, changed: &mut EvmAccount) {
        if !changed.is_touched() {
            return;
        }
        let cached = self.accounts.entry(address).or_default();
        if changed.is_selfdestructed() {
            cached.now = None;
            cached.storage_reset = true;
            cached.slots.clear();
            return;
        }
        if changed.is_created() {
            cached.storage_reset = true;
            cached.slots.clear();
        }
        let info = &mut changed.info;
        let code_before = cached.now.map(|account| account.code_hash);
        let account = Account {
            balance: info.balance,
            nonce: info.nonce,
            code_hash: info.code_hash,
        };
        if self.clears_empty && account.is_empty() {
            // Deleted, and whatever storage it had with it.
            cached.storage_reset |= cached.now.is_some();
            cached.now = None;
            cached.slots.clear();
            return;
        }
        cached.now = Some(account);
        for (key, slot) in &changed.storage {
            match cached.slots.entry(*key) {
                Entry::Occupied(mut entry) => entry.get_mut().now = slot.present_value,
                Entry::Vacant(entry) => {
                    entry.insert(Slot {
                        before: U256::ZERO,
                        now: slot.present_value,
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

/// The account as revm reads it.
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
        let place = self.place(address)?;
        Ok(self.now(place).map(|account| AccountInfo {
            account_id: AccountId::new(place),
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
        self.cached(address)?.slot(source, address, key)
    }

    fn storage_by_account_id(
        &mut self,
        address: Address,
        account_id: AccountId,
        key: U256,
    ) -> Result<U256, SourceError> {
        match self.accounts.get_index_mut(account_id.get()) {
            // An id that another database gave names some other account here.
            Some((known, cached)) if *known == address => cached.slot(self.source, address, key),
            _ => self.storage(address, key),
        }
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, SourceError> {
        self.source.block_hash(number)
    }
}

impl KeepsHashes for Overlay<'_> {
    fn preimages(&mut self) -> &mut Preimages {
        &mut self.preimages
    }
}

impl StorageAware for Overlay<'_> {
    fn has_storage(&mut self, address: Address, _info: &AccountInfo) -> Result<bool, SourceError> {
        let source = self.source;
        let cached = self.cached(address)?;
        if cached.slots.values().any(|slot| !slot.now.is_zero()) {
            return Ok(true);
        }
        Ok(cached.has_storage_below() && source.has_storage(address)?)
    }
}

/// Reads what is there without keeping it: what tracers compare a transaction's changes with.
impl DatabaseRef for Overlay<'_> {
    type Error = SourceError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        let account = match self.accounts.get(&address) {
            Some(cached) => cached.now,
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
        let Some(cached) = self.accounts.get(&address) else {
            return self.source.storage(address, key);
        };
        match cached.slots.get(&key) {
            Some(slot) => Ok(slot.now),
            None if cached.has_storage_below() => self.source.storage(address, key),
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
            self.take_over(address, &mut account);
        }
    }

    fn commit_iter(&mut self, changes: &mut dyn Iterator<Item = (Address, EvmAccount)>) {
        for (address, mut account) in changes {
            self.take_over(address, &mut account);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use crate::MemoryState;

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
