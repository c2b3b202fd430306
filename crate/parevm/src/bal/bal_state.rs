//! State at any block access index: the state before the block with the writes of an access list on top.

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

/// Access list over the state before the block. All workers share it.
#[derive(Debug)]
pub(crate) struct BalState<'a> {
    state: &'a dyn StateSource,
    accounts: &'a [AccountChanges],
    /// Position in `accounts` of each address.
    positions: AddressMap<usize>,
    /// For each account, the number of listed reads of the accounts before it.
    reads_below: Vec<usize>,
    /// Number of listed changes.
    changes: usize,
    /// Hashes of the codes in `code_changes`, in their order.
    code_hashes: HashMap<usize, Vec<B256>>,
    codes: B256Map<Bytecode>,
}

impl<'a> BalState<'a> {
    /// Creates the state of `list` over `state`. The list is in the order of EIP-7928.
    pub(crate) fn new(list: &'a BlockAccessList, state: &'a dyn StateSource) -> Self {
        let accounts = list.accounts();
        let mut bal_state = Self {
            state,
            accounts,
            positions: AddressMap::with_capacity_and_hasher(accounts.len(), Default::default()),
            reads_below: Vec::with_capacity(accounts.len() + 1),
            changes: 0,
            code_hashes: HashMap::default(),
            codes: B256Map::default(),
        };
        let mut reads = 0;
        for (position, account) in accounts.iter().enumerate() {
            bal_state.positions.insert(account.address, position);
            bal_state.reads_below.push(reads);
            reads += account.storage_reads.len();
            bal_state.changes += changes_of(account);
            for change in &account.code_changes {
                let code = bytecode_of(change.new_code.clone());
                let hash = code.hash_slow();
                bal_state
                    .code_hashes
                    .entry(position)
                    .or_default()
                    .push(hash);
                bal_state.codes.insert(hash, code);
            }
        }
        bal_state.reads_below.push(reads);
        bal_state
    }

    /// Returns the entries of the list.
    pub(crate) fn accounts(&self) -> &'a [AccountChanges] {
        self.accounts
    }

    /// Returns the position of `address` in [`Self::accounts`].
    pub(crate) fn position(&self, address: Address) -> Option<usize> {
        self.positions.get(&address).copied()
    }

    /// Returns a unique number of the `read`-th read of the account at `position`.
    pub(crate) fn read_number(&self, position: usize, read: usize) -> usize {
        self.reads_below[position] + read
    }

    /// Number of listed reads.
    pub(crate) fn reads(&self) -> usize {
        self.reads_below.last().copied().unwrap_or_default()
    }

    /// Number of listed changes.
    pub(crate) fn changes(&self) -> usize {
        self.changes
    }

    /// Returns the hash of the code that the account at `position` lists at `index`.
    pub(crate) fn code_at(&self, position: usize, index: BlockAccessIndex) -> Option<B256> {
        let changes = &self.accounts[position].code_changes;
        let at = changes
            .binary_search_by_key(&index, |change| change.block_access_index)
            .ok()?;
        self.code_hashes.get(&position)?.get(at).copied()
    }

    /// Returns the state before the changes of `index`.
    pub(crate) fn at(&'a self, index: BlockAccessIndex) -> BalStateAt<'a> {
        BalStateAt {
            bal_state: self,
            index,
        }
    }

    /// Returns the state before the block.
    pub(crate) fn before(&self) -> &'a dyn StateSource {
        self.state
    }

    /// Returns the state diff of the block, if the list is valid. The storage of the accounts at `resets` was
    /// cleared.
    ///
    /// # Errors
    ///
    /// The state source failed.
    pub(crate) fn diff(&self, resets: &[usize]) -> Result<StateDiff, SourceError> {
        let mut diff = StateDiff::default();
        for position in 0..self.accounts.len() {
            self.insert_change(&mut diff, position, StorageReset::No)?;
        }
        for position in resets {
            self.insert_change(&mut diff, *position, StorageReset::Yes)?;
        }
        Ok(diff)
    }

    /// Inserts the change of the account at `position` into `diff`.
    ///
    /// # Errors
    ///
    /// The state source failed.
    fn insert_change(
        &self,
        diff: &mut StateDiff,
        position: usize,
        reset: StorageReset,
    ) -> Result<(), SourceError> {
        let listed = &self.accounts[position];
        if !listed.has_changes() && reset == StorageReset::No {
            return Ok(());
        }
        let before = self.state.account(listed.address)?;
        let end = BlockAccessIndex::new(u64::MAX);
        let after = self.changed(position, before, end);
        let mut slots = Vec::with_capacity(listed.storage_changes.len());
        for slot in &listed.storage_changes {
            let Some(last) = slot.changes.last() else {
                continue;
            };
            let new = last.new_value;
            // A single change differs from the old value; several may restore it.
            let old = match slot.changes.len() {
                1 => !new,
                _ if before.is_none() => U256::ZERO,
                _ => self.state.storage(listed.address, slot.slot)?,
            };
            slots.push((slot.slot, old, new));
        }
        let is_reset = reset == StorageReset::Yes;
        diff.insert(listed.address, before, after, is_reset, slots);
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

    /// Returns the account at `position` before the changes of `index`, if `before` is the account before the
    /// block.
    fn changed(
        &self,
        position: usize,
        before: Option<Account>,
        index: BlockAccessIndex,
    ) -> Option<Account> {
        let listed = &self.accounts[position];
        let balances = &listed.balance_changes;
        let balance = below(balances, index, |change| change.block_access_index);
        let nonces = &listed.nonce_changes;
        let nonce = below(nonces, index, |change| change.block_access_index);
        let codes = &listed.code_changes;
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
            && let Some(hashes) = self.code_hashes.get(&position)
        {
            account.code_hash = hashes[at];
        }
        // A changed account is touched, so it is deleted if it is empty (EIP-161).
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

/// Whether the storage of an account was cleared in the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StorageReset {
    /// Not cleared.
    No,
    /// Cleared.
    Yes,
}

/// Returns the position of the last change below `index`.
fn below<T>(
    changes: &[T],
    index: BlockAccessIndex,
    of: impl Fn(&T) -> BlockAccessIndex,
) -> Option<usize> {
    changes
        .partition_point(|change| of(change) < index)
        .checked_sub(1)
}

/// State before the changes of one block access index. Anything that is not listed is as before the block: the
/// [`BalVerifier`](super::BalVerifier) rejects a list that lacks it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BalStateAt<'a> {
    bal_state: &'a BalState<'a>,
    pub(crate) index: BlockAccessIndex,
}

impl<'a> BalStateAt<'a> {
    /// Returns the list.
    pub(crate) fn bal_state(&self) -> &'a BalState<'a> {
        self.bal_state
    }

    /// Returns the account at `position` of the list.
    ///
    /// # Errors
    ///
    /// The state source failed.
    pub(crate) fn account_at(&self, position: usize) -> Result<Option<Account>, SourceError> {
        let before = self
            .bal_state
            .state
            .account(self.bal_state.accounts[position].address)?;
        Ok(self.bal_state.changed(position, before, self.index))
    }

    /// Returns the value of a slot of the account at `position` of the list.
    ///
    /// # Errors
    ///
    /// The state source failed.
    pub(crate) fn storage_at(&self, position: usize, key: U256) -> Result<U256, SourceError> {
        let account = &self.bal_state.accounts[position];
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
        match self.bal_state.position(address) {
            Some(position) => self.account_at(position),
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
        match self.bal_state.position(address) {
            Some(position) => self.storage_at(position, slot),
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
