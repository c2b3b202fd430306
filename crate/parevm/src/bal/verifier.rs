//! Checks what ran against a list.
//!
//! Every change that a run makes must be bal_state at its index with its value, and is counted.
//! Whatever a run loads must be bal_state, and is marked. When everything has run, the list is right
//! exactly if as many changes were found as are bal_state and every account and every read is marked:
//! the list that could be built from the runs is the given one.

use super::{BalBuilder, BalState};
use crate::{
    bal::BalMismatch,
    state::{self, SourceError, StateDiff},
};
use alloy_eip7928::BlockAccessIndex;
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use alloy_rlp::{Decodable, Encodable};
use revm::state::{Account, bal::AccountBal};

/// What some runs of a block have found of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BalVerifier {
    /// Which accounts were loaded.
    accounts: IndexSet,
    /// Which slots were read that are bal_state as read.
    reads: IndexSet,
    /// How many changes were found where they are bal_state.
    changes: usize,
    /// Accounts whose storage was emptied.
    resets: Vec<usize>,
}

/// Something that ran is not as bal_state. What, a list built from what ran will tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Differs;

impl BalVerifier {
    /// Checks what a transaction at `index` did with the account at `address`.
    ///
    /// # Errors
    ///
    /// Why the list cannot be used.
    pub(crate) fn account(
        &mut self,
        bal_state: &BalState<'_>,
        index: BlockAccessIndex,
        address: Address,
        account: &mut Account,
    ) -> Result<(), BalMismatch> {
        let place = account.info.account_id.map(|id| id.get());
        let place = place.or_else(|| bal_state.place(address)).ok_or(Differs)?;
        self.accounts.set(place);
        if account.is_touched() && (account.is_selfdestructed() || account.is_created()) {
            if !account.is_created() {
                // What of its storage was not loaded is emptied, too, and no list tells.
                return Err(BalMismatch::StorageReset { address });
            }
            self.resets.push(place);
        }
        let is_destroyed = account.is_selfdestructed_locally();
        if account.is_changed() || is_destroyed {
            let original = account.original_info_mut();
            let (balance, nonce, code) = (original.balance, original.nonce, original.code_hash);
            let was_loaded_empty = original.is_empty() && !account.is_loaded_as_not_existing();
            if was_loaded_empty {
                return Err(BalMismatch::EmptyAccount { address });
            }
            let info = &account.info;
            let (new_balance, new_nonce, new_code) = if is_destroyed {
                (U256::ZERO, 0, KECCAK256_EMPTY)
            } else {
                (info.balance, info.nonce, info.code_hash)
            };
            let mut change = Change::new(self, bal_state, place, index);
            change.balance((balance != new_balance).then_some(new_balance))?;
            change.nonce((nonce != new_nonce).then_some(new_nonce))?;
            change.code((code != new_code).then_some(new_code))?;
        } else if account.info.is_empty() && !account.is_loaded_as_not_existing() {
            return Err(BalMismatch::EmptyAccount { address });
        }
        let mut change = Change::new(self, bal_state, place, index);
        for (key, slot) in &account.storage {
            let present = if is_destroyed {
                U256::ZERO
            } else {
                slot.present_value
            };
            change.slot(*key, (slot.original_value != present).then_some(present))?;
        }
        Ok(())
    }

    /// Checks that a transaction at `index` made `after` of the account at `place`, which was `before`
    /// and not empty.
    ///
    /// # Errors
    ///
    /// When it is not bal_state.
    pub(crate) fn paid(
        &mut self,
        bal_state: &BalState<'_>,
        index: BlockAccessIndex,
        place: usize,
        before: state::Account,
        after: state::Account,
    ) -> Result<(), Differs> {
        self.accounts.set(place);
        let mut change = Change::new(self, bal_state, place, index);
        change.balance((before.balance != after.balance).then_some(after.balance))?;
        change.nonce((before.nonce != after.nonce).then_some(after.nonce))
    }

    /// Checks what the protocol did at `index`, beside the transactions.
    ///
    /// # Errors
    ///
    /// Why the list cannot be used.
    pub(crate) fn protocol_change(
        &mut self,
        bal_state: &BalState<'_>,
        index: BlockAccessIndex,
        done: &mut BalBuilder,
    ) -> Result<(), BalMismatch> {
        let state = bal_state.at(index);
        for (
            address,
            AccountBal {
                account_info,
                storage,
            },
        ) in &done.entries().accounts
        {
            let place = bal_state.place(*address).ok_or(Differs)?;
            self.accounts.set(place);
            let found = state.account_at(place).map_err(|_| Differs)?;
            if found.is_some_and(|account| account.is_empty()) {
                // Gone now, if it was touched.
                return Err(BalMismatch::EmptyAccount { address: *address });
            }
            let mut change = Change::new(self, bal_state, place, index);
            change.balance(account_info.balance.writes.last().map(|(_, value)| *value))?;
            change.nonce(account_info.nonce.writes.last().map(|(_, value)| *value))?;
            change.code(account_info.code.writes.last().map(|(_, (hash, _))| *hash))?;
            for (key, writes) in &storage.storage {
                change.slot(*key, writes.writes.last().map(|(_, value)| *value))?;
            }
        }
        Ok(())
    }

    /// Adds what another worker has found.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.accounts.merge(&other.accounts);
        self.reads.merge(&other.reads);
        self.changes = self.changes.saturating_add(other.changes);
        self.resets.extend(&other.resets);
    }

    /// Writes the verifier as RLP items.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        self.accounts.0.encode(out);
        self.reads.0.encode(out);
        (self.changes as u64).encode(out);
        let resets: Vec<u64> = self.resets.iter().map(|place| *place as u64).collect();
        resets.encode(out);
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    ///
    /// When it did not.
    pub(crate) fn decode(bytes: &mut &[u8]) -> Result<Self, alloy_rlp::Error> {
        let number = |number: u64| usize::try_from(number).map_err(|_| alloy_rlp::Error::Overflow);
        Ok(Self {
            accounts: IndexSet(Vec::decode(bytes)?),
            reads: IndexSet(Vec::decode(bytes)?),
            changes: number(u64::decode(bytes)?)?,
            resets: Vec::<u64>::decode(bytes)?
                .into_iter()
                .map(number)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Says whether the whole list was found, when the whole block has run.
    ///
    /// # Errors
    ///
    /// Why the list cannot be used: it is not what ran, the state source fails, or a storage was
    /// emptied that held something before the block, so that what was read of it later may be wrong.
    pub(crate) fn finish(self, bal_state: BalState<'_>) -> Result<VerifiedBal<'_>, ResetError> {
        let is_whole = self.changes == bal_state.changes()
            && self.accounts.count() == bal_state.accounts().len()
            && self.reads.count() == bal_state.reads();
        if !is_whole {
            return Err(BalMismatch::from(Differs).into());
        }
        let mut resets = Vec::new();
        for place in self.resets {
            let account = bal_state.accounts().get(place);
            let account = account.ok_or(BalMismatch::from(Differs))?;
            let address = account.address;
            if bal_state.before().account(address)?.is_none() {
                continue;
            }
            for slot in account.storage_slots() {
                if !bal_state.before().storage(address, slot)?.is_zero() {
                    return Err(BalMismatch::StorageReset { address }.into());
                }
            }
            resets.push(place);
        }
        Ok(VerifiedBal { bal_state, resets })
    }
}

/// A list that is what ran: it tells the state after the block.
pub(crate) struct VerifiedBal<'a> {
    bal_state: BalState<'a>,
    /// Accounts whose storage was emptied.
    resets: Vec<usize>,
}

impl VerifiedBal<'_> {
    /// What the block changed.
    ///
    /// # Errors
    ///
    /// When the state source fails.
    pub(crate) fn diff(&self) -> Result<StateDiff, SourceError> {
        self.bal_state.diff(&self.resets)
    }
}

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResetError {
    #[error(transparent)]
    Mismatch(#[from] BalMismatch),
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl From<Differs> for BalMismatch {
    fn from(_: Differs) -> Self {
        Self::Differs { first: None }
    }
}

/// What one run did with one account, against what is bal_state.
struct Change<'c, 'a> {
    verifier: &'c mut BalVerifier,
    bal_state: &'c BalState<'a>,
    place: usize,
    index: BlockAccessIndex,
}

impl<'c, 'a> Change<'c, 'a> {
    fn new(
        verifier: &'c mut BalVerifier,
        bal_state: &'c BalState<'a>,
        place: usize,
        index: BlockAccessIndex,
    ) -> Self {
        Self {
            verifier,
            bal_state,
            place,
            index,
        }
    }

    fn balance(&mut self, found: Option<U256>) -> Result<(), Differs> {
        let changes = &self.bal_state.accounts()[self.place].balance_changes;
        let index = self.index;
        self.compare(found, || {
            let at = changes.binary_search_by_key(&index, |change| change.block_access_index);
            at.ok().map(|at| changes[at].post_balance)
        })
    }

    fn nonce(&mut self, found: Option<u64>) -> Result<(), Differs> {
        let changes = &self.bal_state.accounts()[self.place].nonce_changes;
        let index = self.index;
        self.compare(found, || {
            let at = changes.binary_search_by_key(&index, |change| change.block_access_index);
            at.ok().map(|at| changes[at].new_nonce)
        })
    }

    fn code(&mut self, found: Option<B256>) -> Result<(), Differs> {
        let (bal_state, place, index) = (self.bal_state, self.place, self.index);
        self.compare(found, || bal_state.code_at(place, index))
    }

    fn slot(&mut self, key: U256, found: Option<U256>) -> Result<(), Differs> {
        let account = &self.bal_state.accounts()[self.place];
        let written = &account.storage_changes;
        let written = written.binary_search_by_key(&key, |slot| slot.slot).ok();
        if found.is_none() && written.is_none() {
            let read = account.storage_reads.binary_search(&key);
            let read = read.map_err(|_| Differs)?;
            self.verifier
                .reads
                .set(self.bal_state.read_number(self.place, read));
            return Ok(());
        }
        let index = self.index;
        self.compare(found, || {
            let changes = &account.storage_changes[written?].changes;
            let at = changes.binary_search_by_key(&index, |change| change.block_access_index);
            at.ok().map(|at| changes[at].new_value)
        })
    }

    /// Counts a change that is bal_state. One that is bal_state and not found is missed by the count.
    fn compare<T: PartialEq>(
        &mut self,
        found: Option<T>,
        bal_state: impl FnOnce() -> Option<T>,
    ) -> Result<(), Differs> {
        if found.is_none() {
            return Ok(());
        }
        if found != bal_state() {
            return Err(Differs);
        }
        self.verifier.changes += 1;
        Ok(())
    }
}

/// A set of small numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct IndexSet(Vec<u64>);

impl IndexSet {
    fn set(&mut self, number: usize) {
        let word = number / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (number % 64);
    }

    fn merge(&mut self, other: &Self) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}
