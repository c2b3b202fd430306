//! Database of revm over a view of the multi-version memory.

use super::{
    code_store::CodeStore,
    location::Location,
    memory::Epochs,
    predicted_nonces::PredictedNonces,
    read::{AccountRead, HUGE_BALANCE, StateRead},
    state_program::StateProgram,
    value::{AccountValue, Epoch, SlotValue, StateValue},
    view_error::ViewError,
};
use crate::{
    state::{KeccakCache, SourceError, StateKey, StateSource, StorageAware, WithKeccakCache},
    vm::{Bytecode, TxEnv},
};
use alloy_primitives::{
    Address, B256, KECCAK256_EMPTY, U256,
    map::{AddressMap, B256Map},
};
use parevm_stm::{LocationId, Mode, ReadError, ReadIndex, View};
use revm::{
    Database,
    state::{AccountId, AccountInfo},
};

/// Database of revm in an optimistic execution, of one worker.
pub(crate) struct ViewDatabase<'m, P: StateProgram> {
    pub(crate) view: View<'m, P>,
    source: &'m dyn StateSource,
    codes: &'m CodeStore,
    nonces: &'m PredictedNonces,
    epochs: Epochs,
    /// Codes that this worker has used: its own handles, so that workers do not contend for the reference
    /// counts.
    known_codes: B256Map<Bytecode>,
    /// Accounts that the executing transaction has loaded. revm keeps the index as the account's id.
    loaded: Vec<LoadedAccount>,
    /// Indices of loaded accounts that do not exist: revm keeps no id of them.
    absent: AddressMap<usize>,
    /// Sender of the executing transaction, and its nonce by the transaction.
    sender: (Address, u64),
    keccak_cache: KeccakCache,
    /// Whether a balance is so large that the execution depends on all of them exactly.
    is_exact: bool,
    /// Account that was read before revm loads it.
    prefetched: Option<(Address, LocationId, StateValue)>,
    /// Whether a read has no value yet: the execution stops.
    is_suspended: bool,
    /// Key that the source did not have at hand when the execution was suspended.
    missing: Option<StateKey>,
    /// Key that is read though the source may have to wait: no other work is left.
    awaited: Option<StateKey>,
}

/// Account as it was when the executing transaction loaded it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoadedAccount {
    pub(crate) id: LocationId,
    pub(crate) seen: AccountValue,
    read: ReadIndex,
}

/// Reason for which a location has no value before the block.
enum BaseError {
    /// The source does not have it at hand.
    Missing,
    Failed(SourceError),
}

impl<'m, P: StateProgram> ViewDatabase<'m, P> {
    /// Creates the database of one worker.
    pub(crate) fn new(
        view: View<'m, P>,
        source: &'m dyn StateSource,
        codes: &'m CodeStore,
        nonces: &'m PredictedNonces,
        epochs: Epochs,
    ) -> Self {
        Self {
            view,
            source,
            codes,
            nonces,
            epochs,
            known_codes: B256Map::default(),
            loaded: Vec::new(),
            absent: AddressMap::default(),
            sender: (Address::ZERO, 0),
            keccak_cache: KeccakCache::default(),
            is_exact: false,
            prefetched: None,
            is_suspended: false,
            missing: None,
            awaited: None,
        }
    }

    /// Clears the state of the last transaction; `transaction` is the next.
    pub(crate) fn start(&mut self, transaction: &TxEnv) {
        self.sender = (transaction.caller, transaction.nonce);
        self.loaded.clear();
        self.absent.clear();
        self.is_exact = false;
        self.prefetched = None;
        self.is_suspended = false;
    }

    /// Returns the epoch of a storage that the executing transaction clears.
    pub(crate) fn next_epoch(&self) -> Epoch {
        self.epochs.of(self.view.index().get())
    }

    /// Returns whether the last read has no value yet.
    pub(crate) fn is_suspended(&self) -> bool {
        self.is_suspended
    }

    /// Resumes the suspended execution.
    pub(crate) fn resume(&mut self) {
        self.is_suspended = false;
        self.awaited = self.missing.take();
    }

    /// Reads the account at `address`, which revm is about to load.
    pub(crate) fn prefetch(&mut self, address: Address) -> Result<(), ViewError> {
        if self.prefetched.is_none_or(|(known, ..)| known != address) {
            let (id, value) = self.read(Location::Account(address))?;
            self.prefetched = Some((address, id, value));
        }
        Ok(())
    }

    /// Loads the account at `address` and records the read.
    pub(crate) fn load(&mut self, address: Address) -> Result<LoadedAccount, ViewError> {
        let prefetched = (self.prefetched).take_if(|(known, ..)| *known == address);
        let (id, value) = match prefetched {
            Some((_, id, value)) => (id, value),
            None => self.read(Location::Account(address))?,
        };
        let StateValue::Account(mut seen) = value else {
            return Err(ViewError::Bug("the location of an account has a slot"));
        };
        if self.view.mode() == Mode::Optimistic {
            self.predict_nonce(address, &mut seen);
        }
        let read = self
            .view
            .record_read(id, StateRead::Account(AccountRead::of_load(seen)));
        self.is_exact |= seen.balance() >= HUGE_BALANCE;
        let loaded = LoadedAccount { id, seen, read };
        self.loaded.push(loaded);
        Ok(loaded)
    }

    /// Returns the value that the executing transaction sees at `location`, without recording the read.
    fn read(&mut self, location: Location) -> Result<(LocationId, StateValue), ViewError> {
        let (source, awaited) = (self.source, self.awaited);
        let load = |location: &Location| {
            let key = StateKey::from(location);
            if awaited == Some(key) || source.at_hand(key) {
                StateValue::read(source, location).map_err(BaseError::Failed)
            } else {
                Err(BaseError::Missing)
            }
        };
        let read = self.view.read_from(&location, load);
        read.map_err(|error| match error {
            ReadError::Suspended => self.suspend(None),
            ReadError::Base(BaseError::Missing) => self.suspend(Some((&location).into())),
            ReadError::Stopped => ViewError::Stopped,
            ReadError::Base(BaseError::Failed(source)) => source.into(),
        })
    }

    /// Suspends the execution if the source does not have `key` at hand and the execution has not been resumed for it.
    fn require(&mut self, key: StateKey) -> Result<(), ViewError> {
        if self.awaited == Some(key) || self.source.at_hand(key) {
            Ok(())
        } else {
            Err(self.suspend(Some(key)))
        }
    }

    #[cold]
    fn suspend(&mut self, missing: Option<StateKey>) -> ViewError {
        self.is_suspended = true;
        self.missing = missing;
        ViewError::Suspended
    }

    /// Returns the account that revm has as `info` at `address`, as it was loaded.
    pub(crate) fn loaded(&self, address: Address, info: &AccountInfo) -> Option<LoadedAccount> {
        let index = match info.account_id {
            Some(id) => id.get(),
            None => *self.absent.get(&address)?,
        };
        self.loaded.get(index).copied()
    }

    /// Records that the execution depends on the exact balance at `address`.
    pub(crate) fn require_exact_balance(&mut self, address: Address, info: &AccountInfo) {
        self.narrow(address, info, AccountRead::exactly);
    }

    /// Records that the execution depends on the current balance, `info.balance`, being at least `needed`.
    pub(crate) fn require_balance(&mut self, address: Address, info: &AccountInfo, needed: U256) {
        let current = info.balance;
        self.narrow(address, info, |read| read.at_least(current, needed));
    }

    /// Records that the execution depends on the balance of `payer`, which has just been loaded, being at least `needed`.
    pub(crate) fn require_payer_balance(&mut self, payer: LoadedAccount, needed: U256) {
        let current = payer.seen.balance();
        self.narrow_loaded(payer, |read| read.at_least(current, needed));
    }

    /// Makes all reads exact if a balance was so large that changes to it could overflow. Called at the end of the
    /// transaction.
    pub(crate) fn finish(&mut self) {
        if !self.is_exact {
            return;
        }
        for loaded in &self.loaded {
            if let Some((_, StateRead::Account(read))) = self.view.recorded_read_mut(loaded.read) {
                *read = read.exactly();
            }
        }
    }

    /// Shares the code of a created account with other workers. It is harmless if the execution is aborted: codes are keyed by
    /// their hash.
    pub(crate) fn keep_code(&mut self, code_hash: B256, code: &Bytecode) {
        self.codes.insert(code_hash, code);
    }

    /// Raises the nonce to the predicted one: some lower transactions of the sender may not have executed yet.
    fn predict_nonce(&self, address: Address, seen: &mut AccountValue) {
        let Some(account) = &mut seen.account else {
            return;
        };
        let index = self.view.index().get();
        let (sender, nonce) = self.sender;
        let predicted = if address == sender {
            self.nonces.is_repeated(index).then_some(nonce)
        } else {
            self.nonces.before(index, address)
        };
        if let Some(nonce) = predicted {
            account.nonce = account.nonce.max(nonce);
        }
    }

    /// Returns whether readers of `address` predict `nonce`, by [`Self::predict_nonce`].
    pub(crate) fn is_nonce_predicted(&self, address: Address, nonce: u64) -> bool {
        let (sender, last) = self.sender;
        address == sender && last.checked_add(1) == Some(nonce)
    }

    fn narrow(
        &mut self,
        address: Address,
        info: &AccountInfo,
        narrow: impl FnOnce(AccountRead) -> AccountRead,
    ) {
        if let Some(loaded) = self.loaded(address, info) {
            self.narrow_loaded(loaded, narrow);
        }
    }

    fn narrow_loaded(
        &mut self,
        loaded: LoadedAccount,
        narrow: impl FnOnce(AccountRead) -> AccountRead,
    ) {
        if let Some((_, StateRead::Account(read))) = self.view.recorded_read_mut(loaded.read) {
            *read = narrow(*read);
        }
    }

    fn slot(
        &mut self,
        loaded: AccountValue,
        address: Address,
        key: U256,
    ) -> Result<U256, ViewError> {
        let (id, value) = self.read(Location::Slot(address, key))?;
        let StateValue::Slot(slot) = value else {
            return Err(ViewError::Bug("the location of a slot has an account"));
        };
        self.view.record_read(id, StateRead::Slot(slot));
        let SlotValue { value, epoch } = slot;
        Ok(if epoch == loaded.epoch {
            value
        } else {
            U256::ZERO
        })
    }
}

impl<P: StateProgram> WithKeccakCache for ViewDatabase<'_, P> {
    fn keccak_cache(&mut self) -> &mut KeccakCache {
        &mut self.keccak_cache
    }
}

impl<P: StateProgram> Database for ViewDatabase<'_, P> {
    type Error = ViewError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, ViewError> {
        let index = self.loaded.len();
        let Some(account) = self.load(address)?.seen.account else {
            self.absent.insert(address, index);
            return Ok(None);
        };
        Ok(Some(AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: AccountId::new(index),
            code: None,
        }))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, ViewError> {
        if code_hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        if let Some(code) = self.known_codes.get(&code_hash) {
            return Ok(code.clone());
        }
        let code = match self.codes.get(code_hash) {
            Some(code) => code,
            None => {
                self.require(StateKey::Code(code_hash))?;
                self.source.code(code_hash)?
            }
        };
        self.known_codes.insert(code_hash, code.clone());
        Ok(code)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, ViewError> {
        // revm loads an account before its slots; an account without an id does not exist.
        let seen = self
            .absent
            .get(&address)
            .and_then(|index| self.loaded.get(*index));
        let seen = seen
            .ok_or(ViewError::Bug(
                "a slot was read before its account was loaded",
            ))?
            .seen;
        self.slot(seen, address, key)
    }

    fn storage_by_account_id(
        &mut self,
        address: Address,
        account_id: AccountId,
        key: U256,
    ) -> Result<U256, ViewError> {
        let seen = self.loaded.get(account_id.get());
        let seen = seen
            .ok_or(ViewError::Bug(
                "an account id is not that of a loaded account",
            ))?
            .seen;
        self.slot(seen, address, key)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, ViewError> {
        self.require(StateKey::BlockHash(number))?;
        Ok(self.source.block_hash(number)?)
    }
}

impl<P: StateProgram> StorageAware for ViewDatabase<'_, P> {
    fn has_storage(&mut self, address: Address, info: &AccountInfo) -> Result<bool, ViewError> {
        // The epoch is part of the recorded read: in epoch 0 the storage is the one before the block.
        let loaded = self.loaded(address, info);
        let loaded = loaded.ok_or(ViewError::Bug("an account that exists was not loaded"))?;
        Ok(loaded.seen.epoch == 0 && self.source.has_storage(address)?)
    }
}
