//! The state as one transaction of a parallel run sees it: revm's database
//! over a view of the multi-version memory.

use super::{
    check::{AccountCheck, HUGE_BALANCE},
    code_store::CodeStore,
    location::Location,
    memory::Epochs,
    nonces::Nonces,
    program::{BlockProgram, base},
    value::{AccountValue, Epoch, SlotValue, StateCheck, StateValue},
    view_error::ViewError,
};
use crate::{
    state::{SourceError, StateKey, StateSource},
    vm::{
        Bytecode, TxEnv,
        collision::StorageAware,
        preimages::{KeepsHashes, Preimages},
    },
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

/// What revm reads through in a parallel run, on one worker.
#[derive(Debug)]
pub(crate) struct ViewDatabase<'m, 'b> {
    pub(crate) view: View<'m, BlockProgram<'b>>,
    source: &'m dyn StateSource,
    codes: &'m CodeStore,
    nonces: &'m Nonces,
    epochs: Epochs,
    /// Codes this worker has used: a copy of its own of each handle.
    known: B256Map<Bytecode>,
    /// Accounts the running transaction has loaded. revm keeps the subscript as
    /// the account's id.
    loaded: Vec<Loaded>,
    /// Subscripts of loaded accounts that do not exist: revm keeps no id there.
    absent: AddressMap<usize>,
    /// Sender of the running transaction, and the nonce that it says it has.
    sender: (Address, u64),
    /// Hashes this worker has computed.
    preimages: Preimages,
    /// Set when a balance is so large that none is left to an interval.
    is_exact: bool,
    /// An account that was read before revm loads it.
    ahead: Option<(Address, LocationId, StateValue)>,
    /// Set when a read has no value yet: the run stops.
    is_suspended: bool,
    /// What was not at hand when the run was suspended.
    missing: Option<StateKey>,
    /// What is read though it may not be at hand: nothing else is left to do.
    needed: Option<StateKey>,
}

/// One account as it was when the running transaction loaded it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loaded {
    pub(crate) id: LocationId,
    pub(crate) seen: AccountValue,
    read: ReadIndex,
}

/// Why a location has no value before the block.
enum Unread {
    /// It is not at hand.
    Missing,
    Failed(SourceError),
}

impl<'m, 'b> ViewDatabase<'m, 'b> {
    pub(crate) fn new(
        view: View<'m, BlockProgram<'b>>,
        source: &'m dyn StateSource,
        codes: &'m CodeStore,
        nonces: &'m Nonces,
        epochs: Epochs,
    ) -> Self {
        Self {
            view,
            source,
            codes,
            nonces,
            epochs,
            known: B256Map::default(),
            loaded: Vec::new(),
            absent: AddressMap::default(),
            sender: (Address::ZERO, 0),
            preimages: Preimages::default(),
            is_exact: false,
            ahead: None,
            is_suspended: false,
            missing: None,
            needed: None,
        }
    }

    /// Forgets what the last transaction loaded; `transaction` is the next.
    pub(crate) fn begin(&mut self, transaction: &TxEnv) {
        self.sender = (transaction.caller, transaction.nonce);
        self.loaded.clear();
        self.absent.clear();
        self.is_exact = false;
        self.ahead = None;
        self.is_suspended = false;
    }

    /// The epoch that begins where the running transaction empties a storage.
    pub(crate) fn next_epoch(&self) -> Epoch {
        self.epochs.of(self.view.index().get())
    }

    /// Whether the last read has no value yet.
    pub(crate) fn is_suspended(&self) -> bool {
        self.is_suspended
    }

    /// The run goes on that was suspended.
    pub(crate) fn resume(&mut self) {
        self.is_suspended = false;
        self.needed = self.missing.take();
    }

    /// Reads the account at `address`, which revm is about to load.
    pub(crate) fn look_ahead(&mut self, address: Address) -> Result<(), ViewError> {
        if self.ahead.is_none_or(|(known, ..)| known != address) {
            let (id, value) = self.read(Location::Account(address))?;
            self.ahead = Some((address, id, value));
        }
        Ok(())
    }

    /// Loads the account at `address`, which the run relies on from now on.
    pub(crate) fn load(&mut self, address: Address) -> Result<Loaded, ViewError> {
        let ahead = self.ahead.take_if(|(known, ..)| *known == address);
        let (id, value) = match ahead {
            Some((_, id, value)) => (id, value),
            None => self.read(Location::Account(address))?,
        };
        let StateValue::Account(mut seen) = value else {
            return Err(ViewError::Bug("an account's location holds an account"));
        };
        if self.view.mode() == Mode::Optimistic {
            self.guess_nonce(address, &mut seen);
        }
        let read = self
            .view
            .record_read(id, StateCheck::Account(AccountCheck::of_load(seen)));
        self.is_exact |= seen.balance() >= HUGE_BALANCE;
        let loaded = Loaded { id, seen, read };
        self.loaded.push(loaded);
        Ok(loaded)
    }

    /// What the running transaction sees at `location`.
    fn read(&mut self, location: Location) -> Result<(LocationId, StateValue), ViewError> {
        let (source, needed) = (self.source, self.needed);
        let load = |location: &Location| {
            let key = StateKey::from(location);
            if needed == Some(key) || source.at_hand(key) {
                base(source, location).map_err(Unread::Failed)
            } else {
                Err(Unread::Missing)
            }
        };
        let read = self.view.read_from(&location, load);
        read.map_err(|error| match error {
            ReadError::Suspended => self.suspend(None),
            ReadError::Base(Unread::Missing) => self.suspend(Some((&location).into())),
            ReadError::Stopped => ViewError::Stopped,
            ReadError::Base(Unread::Failed(source)) => source.into(),
        })
    }

    /// Stops the run if `key` is not at hand and the run has not waited for it.
    fn need(&mut self, key: StateKey) -> Result<(), ViewError> {
        if self.needed == Some(key) || self.source.at_hand(key) {
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

    /// The account that revm knows as `info` at `address`, as it was loaded.
    pub(crate) fn loaded(&self, address: Address, info: &AccountInfo) -> Option<Loaded> {
        let subscript = match info.account_id {
            Some(id) => id.get(),
            None => *self.absent.get(&address)?,
        };
        self.loaded.get(subscript).copied()
    }

    /// Relies on the balance that was seen at `address`, exactly.
    pub(crate) fn rely_exactly(&mut self, address: Address, info: &AccountInfo) {
        self.narrow(address, info, AccountCheck::exactly);
    }

    /// Relies on the current balance `info.balance` being at least `needed`.
    pub(crate) fn rely_at_least(&mut self, address: Address, info: &AccountInfo, needed: U256) {
        let current = info.balance;
        self.narrow(address, info, |check| check.at_least(current, needed));
    }

    /// Relies on the balance of an account that has just been loaded being at least `needed`.
    pub(crate) fn rely_on_payer(&mut self, payer: Loaded, needed: U256) {
        let current = payer.seen.balance();
        self.narrow_loaded(payer, |check| check.at_least(current, needed));
    }

    /// Relies on every balance exactly if any was so large that changes to it
    /// could overflow. Called when the transaction has run.
    pub(crate) fn finish(&mut self) {
        if !self.is_exact {
            return;
        }
        for loaded in &self.loaded {
            if let Some((_, StateCheck::Account(check))) = self.view.recorded_read_mut(loaded.read)
            {
                *check = check.exactly();
            }
        }
    }

    /// Makes the code of an account that the transaction created readable for
    /// others. Codes are named by their hash, so a guess harms nobody.
    pub(crate) fn keep_code(&mut self, code_hash: B256, code: &Bytecode) {
        self.codes.insert(code_hash, code);
    }

    /// Raises the nonce to what the sender's lower transactions will leave: not
    /// all of them may have run.
    fn guess_nonce(&self, address: Address, seen: &mut AccountValue) {
        let Some(account) = &mut seen.account else {
            return;
        };
        let index = self.view.index().get();
        let (sender, nonce) = self.sender;
        let left = if address == sender {
            self.nonces.is_repeated(index).then_some(nonce)
        } else {
            self.nonces.before(index, address)
        };
        if let Some(nonce) = left {
            account.nonce = account.nonce.max(nonce);
        }
    }

    /// Whether `nonce` is what [`Self::guess_nonce`] tells readers of `address`.
    pub(crate) fn is_nonce_known(&self, address: Address, nonce: u64) -> bool {
        let (sender, last) = self.sender;
        address == sender && last.checked_add(1) == Some(nonce)
    }

    fn narrow(
        &mut self,
        address: Address,
        info: &AccountInfo,
        narrow: impl FnOnce(AccountCheck) -> AccountCheck,
    ) {
        if let Some(loaded) = self.loaded(address, info) {
            self.narrow_loaded(loaded, narrow);
        }
    }

    fn narrow_loaded(&mut self, loaded: Loaded, narrow: impl FnOnce(AccountCheck) -> AccountCheck) {
        if let Some((_, StateCheck::Account(check))) = self.view.recorded_read_mut(loaded.read) {
            *check = narrow(*check);
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
            return Err(ViewError::Bug("a slot's location holds a slot"));
        };
        self.view.record_read(id, StateCheck::Slot(slot));
        let SlotValue { value, epoch } = slot;
        Ok(if epoch == loaded.epoch {
            value
        } else {
            U256::ZERO
        })
    }
}

impl KeepsHashes for ViewDatabase<'_, '_> {
    fn preimages(&mut self) -> &mut Preimages {
        &mut self.preimages
    }
}

impl Database for ViewDatabase<'_, '_> {
    type Error = ViewError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, ViewError> {
        let subscript = self.loaded.len();
        let Some(account) = self.load(address)?.seen.account else {
            self.absent.insert(address, subscript);
            return Ok(None);
        };
        Ok(Some(AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: AccountId::new(subscript),
            code: None,
        }))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, ViewError> {
        if code_hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        if let Some(code) = self.known.get(&code_hash) {
            return Ok(code.clone());
        }
        let code = match self.codes.get(code_hash) {
            Some(code) => code,
            None => {
                self.need(StateKey::Code(code_hash))?;
                self.source.code(code_hash)?
            }
        };
        self.known.insert(code_hash, code.clone());
        Ok(code)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, ViewError> {
        // revm has loaded the account before it reads a slot; one without an
        // id did not exist.
        let seen = self
            .absent
            .get(&address)
            .and_then(|subscript| self.loaded.get(*subscript));
        let seen = seen
            .ok_or(ViewError::Bug("an account is loaded before its storage"))?
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
            .ok_or(ViewError::Bug("an account id names a loaded account"))?
            .seen;
        self.slot(seen, address, key)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, ViewError> {
        self.need(StateKey::BlockHash(number))?;
        Ok(self.source.block_hash(number)?)
    }
}

impl StorageAware for ViewDatabase<'_, '_> {
    fn has_storage(&mut self, address: Address, info: &AccountInfo) -> Result<bool, ViewError> {
        // The run relies on what it has loaded, the epoch too: the storage before the block is in force.
        let loaded = self.loaded(address, info);
        let loaded = loaded.ok_or(ViewError::Bug("an account that exists was loaded"))?;
        Ok(loaded.seen.epoch == 0 && self.source.has_storage(address)?)
    }
}
