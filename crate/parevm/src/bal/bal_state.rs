//! The state before the block with the writes of a list on top, at any place in the block.

use super::BlockAccessList;
use crate::{
    state::{Account, SourceError, StateDiff, StateSource},
    vm::{Bytecode, bytecode_of},
};
use alloy_eip7928::{AccountChanges, BlockAccessIndex};
use alloy_primitives::{
    Address, B256, KECCAK256_EMPTY, U256,
    map::{AddressMap, B256Map, HashMap},
};

/// A list over the state before the block. Read by all workers at once.
#[derive(Debug)]
pub(crate) struct BalState<'a> {
    state: &'a dyn StateSource,
    accounts: &'a [AccountChanges],
    /// Where in `accounts` each address is.
    places: AddressMap<usize>,
    /// For each account, how many slots lie before it that are only read.
    reads_before: Vec<usize>,
    /// How many changes are bal_state.
    changes: usize,
    /// Hashes of the codes in `code_changes`, in the order bal_state.
    code_hashes: HashMap<usize, Vec<B256>>,
    codes: B256Map<Bytecode>,
}

impl<'a> BalState<'a> {
    /// `list` over `state`. The list keeps EIP-7928's order.
    pub(crate) fn new(list: &'a BlockAccessList, state: &'a dyn StateSource) -> Self {
        let accounts = list.accounts();
        let mut bal_state = Self {
            state,
            accounts,
            places: AddressMap::with_capacity_and_hasher(accounts.len(), Default::default()),
            reads_before: Vec::with_capacity(accounts.len() + 1),
            changes: 0,
            code_hashes: HashMap::default(),
            codes: B256Map::default(),
        };
        let mut reads = 0;
        for (place, account) in accounts.iter().enumerate() {
            bal_state.places.insert(account.address, place);
            bal_state.reads_before.push(reads);
            reads += account.storage_reads.len();
            bal_state.changes += changes_of(account);
            for change in &account.code_changes {
                let code = bytecode_of(change.new_code.clone());
                let hash = code.hash_slow();
                bal_state.code_hashes.entry(place).or_default().push(hash);
                bal_state.codes.insert(hash, code);
            }
        }
        bal_state.reads_before.push(reads);
        bal_state
    }

    /// The entries of the list.
    pub(crate) fn accounts(&self) -> &'a [AccountChanges] {
        self.accounts
    }

    /// Where in [`Self::accounts`] the address is.
    pub(crate) fn place(&self, address: Address) -> Option<usize> {
        self.places.get(&address).copied()
    }

    /// A number of its own for the slot that the account at `place` lists as `read`-th read.
    pub(crate) fn read_number(&self, place: usize, read: usize) -> usize {
        self.reads_before[place] + read
    }

    /// How many slots are bal_state as read.
    pub(crate) fn reads(&self) -> usize {
        self.reads_before.last().copied().unwrap_or_default()
    }

    /// How many changes are bal_state.
    pub(crate) fn changes(&self) -> usize {
        self.changes
    }

    /// Hash of the code that the account at `place` lists at `index`.
    pub(crate) fn code_at(&self, place: usize, index: BlockAccessIndex) -> Option<B256> {
        let changes = &self.accounts[place].code_changes;
        let at = changes
            .binary_search_by_key(&index, |change| change.block_access_index)
            .ok()?;
        self.code_hashes.get(&place)?.get(at).copied()
    }

    /// The state as the run at `index` finds it.
    pub(crate) fn at(&'a self, index: BlockAccessIndex) -> BalStateAt<'a> {
        BalStateAt {
            bal_state: self,
            index,
        }
    }

    /// The state before the block.
    pub(crate) fn before(&self) -> &'a dyn StateSource {
        self.state
    }

    /// What the block changed, if the list is right. The accounts at `resets` had their storage
    /// emptied.
    ///
    /// # Errors
    ///
    /// When the state source fails.
    pub(crate) fn diff(&self, resets: &[usize]) -> Result<StateDiff, SourceError> {
        let mut diff = StateDiff::default();
        for place in 0..self.accounts.len() {
            self.insert_change(&mut diff, place, StorageReset::No)?;
        }
        for place in resets {
            self.insert_change(&mut diff, *place, StorageReset::Yes)?;
        }
        Ok(diff)
    }

    /// Puts the change of the account at `place` into `diff`.
    ///
    /// # Errors
    ///
    /// When the state source fails.
    fn insert_change(
        &self,
        diff: &mut StateDiff,
        place: usize,
        reset: StorageReset,
    ) -> Result<(), SourceError> {
        let bal_state = &self.accounts[place];
        if !bal_state.has_changes() && reset == StorageReset::No {
            return Ok(());
        }
        let before = self.state.account(bal_state.address)?;
        let end = BlockAccessIndex::new(u64::MAX);
        let after = self.changed(place, before, end);
        let mut slots = Vec::with_capacity(bal_state.storage_changes.len());
        for slot in &bal_state.storage_changes {
            let Some(last) = slot.changes.last() else {
                continue;
            };
            let new = last.new_value;
            // A single change is one; several may have led back.
            let old = match slot.changes.len() {
                1 => !new,
                _ if before.is_none() => U256::ZERO,
                _ => self.state.storage(bal_state.address, slot.slot)?,
            };
            slots.push((slot.slot, old, new));
        }
        let is_reset = reset == StorageReset::Yes;
        diff.insert(bal_state.address, before, after, is_reset, slots);
        let code_before = before.map_or(KECCAK256_EMPTY, |account| account.code_hash);
        if let Some(Account { code_hash, .. }) = after
            && code_hash != code_before
            && let Some(code) = self.codes.get(&code_hash)
            && !code.is_empty()
        {
            diff.codes.insert(code_hash, code.clone());
        }
        Ok(())
    }

    /// The account at `place` as the run at `index` finds it, if `before` is what it was before
    /// the block.
    fn changed(
        &self,
        place: usize,
        before: Option<Account>,
        index: BlockAccessIndex,
    ) -> Option<Account> {
        let bal_state = &self.accounts[place];
        let balances = &bal_state.balance_changes;
        let balance = below(balances, index, |change| change.block_access_index);
        let nonces = &bal_state.nonce_changes;
        let nonce = below(nonces, index, |change| change.block_access_index);
        let codes = &bal_state.code_changes;
        let code = below(codes, index, |change| change.block_access_index);
        if balance.or(nonce).or(code).is_none() {
            return before;
        }
        let mut account = before.unwrap_or_default();
        if let Some(at) = balance {
            account.balance = balances[at].post_balance;
        }
        if let Some(at) = nonce {
            account.nonce = nonces[at].new_nonce;
        }
        if let Some(at) = code
            && let Some(hashes) = self.code_hashes.get(&place)
        {
            account.code_hash = hashes[at];
        }
        // What is changed is touched, so an empty account is gone (EIP-161).
        (!account.is_empty()).then_some(account)
    }
}

fn changes_of(account: &AccountChanges) -> usize {
    let slots = account.storage_changes.iter();
    account.balance_changes.len()
        + account.nonce_changes.len()
        + account.code_changes.len()
        + slots.map(|slot| slot.changes.len()).sum::<usize>()
}

/// Whether the storage of an account was emptied in the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StorageReset {
    /// It was not.
    No,
    /// It was.
    Yes,
}

/// The last change below `index`.
fn below<T>(
    changes: &[T],
    index: BlockAccessIndex,
    of: impl Fn(&T) -> BlockAccessIndex,
) -> Option<usize> {
    changes
        .partition_point(|change| of(change) < index)
        .checked_sub(1)
}

/// The state as the run at one index of the block finds it. What is not bal_state is as before the
/// block: the [`BalVerifier`](super::BalVerifier) refuses a list that lacks something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BalStateAt<'a> {
    bal_state: &'a BalState<'a>,
    pub(crate) index: BlockAccessIndex,
}

impl<'a> BalStateAt<'a> {
    /// The list below.
    pub(crate) fn bal_state(&self) -> &'a BalState<'a> {
        self.bal_state
    }

    /// The account at `place` of the list.
    ///
    /// # Errors
    ///
    /// When the state source fails.
    pub(crate) fn account_at(&self, place: usize) -> Result<Option<Account>, SourceError> {
        let before = self
            .bal_state
            .state
            .account(self.bal_state.accounts[place].address)?;
        Ok(self.bal_state.changed(place, before, self.index))
    }

    /// A slot of the account at `place` of the list.
    ///
    /// # Errors
    ///
    /// When the state source fails.
    pub(crate) fn storage_at(&self, place: usize, key: U256) -> Result<U256, SourceError> {
        let account = &self.bal_state.accounts[place];
        let slots = &account.storage_changes;
        if let Ok(at) = slots.binary_search_by_key(&key, |slot| slot.slot) {
            let changes = &slots[at].changes;
            if let Some(at) = below(changes, self.index, |change| change.block_access_index) {
                return Ok(changes[at].new_value);
            }
        }
        self.bal_state.state.storage(account.address, key)
    }
}

impl StateSource for BalStateAt<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        match self.bal_state.place(address) {
            Some(place) => self.account_at(place),
            None => self.bal_state.state.account(address),
        }
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        match self.bal_state.codes.get(&code_hash) {
            Some(code) => Ok(code.clone()),
            None => self.bal_state.state.code(code_hash),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        match self.bal_state.place(address) {
            Some(place) => self.storage_at(place, slot),
            None => self.bal_state.state.storage(address, slot),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.bal_state.state.block_hash(number)
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        self.bal_state.state.has_storage(address)
    }
}
