//! Verification of a block access list during an execution by it.
//!
//! Every change of a transaction must be listed at its index with its value; such changes are counted.
//! Every account and slot that a transaction loads must be listed; those entries are collected in a
//! set. After the whole block, the list is valid exactly if all listed changes are counted and all
//! listed accounts and reads are in the set: the list of the execution is then the given one.

use super::{BalBuilder, BalState};
use crate::{
    bal::BalMismatch,
    state::{self, SourceError, StateDiff},
};
use alloy_eip7928::BlockAccessIndex;
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use alloy_rlp::{Decodable, Encodable};
use revm::state::{Account, bal::AccountBal};

/// Entries of a list that some transactions of its block have accessed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BalVerifier {
    /// Accounts that were loaded.
    accounts: IndexSet,
    /// Slots that are listed as read and were read.
    reads: IndexSet,
    /// Number of listed changes that were made.
    changes: usize,
    /// Accounts whose storage was cleared.
    resets: Vec<usize>,
}

/// Difference between a transaction and the list. A list built by another execution shows where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Differs;

impl BalVerifier {
    /// Verifies the changes of a transaction at `index` to the account at `address`.
    ///
    /// # Errors
    ///
    /// Reason why the list cannot be used.
    pub(crate) fn account(
        &mut self,
        bal_state: &BalState<'_>,
        index: BlockAccessIndex,
        address: Address,
        account: &mut Account,
    ) -> Result<(), BalMismatch> {
        let position = account.info.account_id.map(|id| id.get());
        let position = position
            .or_else(|| bal_state.position(address))
            .ok_or(Differs)?;
        self.accounts.set(position);
        if account.is_touched() && (account.is_selfdestructed() || account.is_created()) {
            if !account.is_created() {
                // Slots that were not loaded are cleared, too; a list cannot express that.
                return Err(BalMismatch::StorageReset { address });
            }
            self.resets.push(position);
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
            let mut change = AccountCheck::new(self, bal_state, position, index);
            change.balance((balance != new_balance).then_some(new_balance))?;
            change.nonce((nonce != new_nonce).then_some(new_nonce))?;
            change.code((code != new_code).then_some(new_code))?;
        } else if account.info.is_empty() && !account.is_loaded_as_not_existing() {
            return Err(BalMismatch::EmptyAccount { address });
        }
        let mut change = AccountCheck::new(self, bal_state, position, index);
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

    /// Verifies that a transfer at `index` changed the account at `position` from `before`, which is not
    /// empty, to `after`.
    ///
    /// # Errors
    ///
    /// The change is not listed.
    pub(crate) fn transfer(
        &mut self,
        bal_state: &BalState<'_>,
        index: BlockAccessIndex,
        position: usize,
        before: state::Account,
        after: state::Account,
    ) -> Result<(), Differs> {
        self.accounts.set(position);
        let mut change = AccountCheck::new(self, bal_state, position, index);
        change.balance((before.balance != after.balance).then_some(after.balance))?;
        change.nonce((before.nonce != after.nonce).then_some(after.nonce))
    }

    /// Verifies the protocol changes at `index`.
    ///
    /// # Errors
    ///
    /// Reason why the list cannot be used.
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
            let position = bal_state.position(*address).ok_or(Differs)?;
            self.accounts.set(position);
            let found = state.account_at(position).map_err(|_| Differs)?;
            if found.is_some_and(|account| account.is_empty()) {
                // Deleted if it was touched.
                return Err(BalMismatch::EmptyAccount { address: *address });
            }
            let mut change = AccountCheck::new(self, bal_state, position, index);
            change.balance(account_info.balance.writes.last().map(|(_, value)| *value))?;
            change.nonce(account_info.nonce.writes.last().map(|(_, value)| *value))?;
            change.code(account_info.code.writes.last().map(|(_, (hash, _))| *hash))?;
            for (key, writes) in &storage.storage {
                change.slot(*key, writes.writes.last().map(|(_, value)| *value))?;
            }
        }
        Ok(())
    }

    /// Merges the entries of another worker.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.accounts.merge(&other.accounts);
        self.reads.merge(&other.reads);
        self.changes = self.changes.saturating_add(other.changes);
        self.resets.extend(&other.resets);
    }

    /// Appends the RLP items of the verifier.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        self.accounts.0.encode(out);
        self.reads.0.encode(out);
        (self.changes as u64).encode(out);
        let resets: Vec<u64> = self
            .resets
            .iter()
            .map(|position| *position as u64)
            .collect();
        resets.encode(out);
    }

    /// Decodes the items of [`Self::encode`].
    ///
    /// # Errors
    ///
    /// The bytes are not those items.
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

    /// Verifies, after the whole block, that every entry of the list was accessed.
    ///
    /// # Errors
    ///
    /// Reason why the list cannot be used: it differs from the execution, the state source failed, or the
    /// storage of an account was cleared that was not empty before the block, so later reads of it may be wrong.
    pub(crate) fn finish(self, bal_state: BalState<'_>) -> Result<VerifiedBal<'_>, ResetError> {
        let is_complete = self.changes == bal_state.changes()
            && self.accounts.count() == bal_state.accounts().len()
            && self.reads.count() == bal_state.reads();
        if !is_complete {
            return Err(BalMismatch::from(Differs).into());
        }
        let mut resets = Vec::new();
        for position in self.resets {
            let account = bal_state.accounts().get(position);
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
            resets.push(position);
        }
        Ok(VerifiedBal { bal_state, resets })
    }
}

/// Access list that passed its verification, with the state after the block.
pub(crate) struct VerifiedBal<'a> {
    bal_state: BalState<'a>,
    /// Accounts whose storage was cleared.
    resets: Vec<usize>,
}

impl VerifiedBal<'_> {
    /// Returns the state diff of the block.
    ///
    /// # Errors
    ///
    /// The state source failed.
    pub(crate) fn diff(&self) -> Result<StateDiff, SourceError> {
        self.bal_state.diff(&self.resets)
    }
}

/// Reason why a list failed its final check.
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

/// Comparison of one transaction's changes to one account with the list.
struct AccountCheck<'c, 'a> {
    verifier: &'c mut BalVerifier,
    bal_state: &'c BalState<'a>,
    position: usize,
    index: BlockAccessIndex,
}

impl<'c, 'a> AccountCheck<'c, 'a> {
    fn new(
        verifier: &'c mut BalVerifier,
        bal_state: &'c BalState<'a>,
        position: usize,
        index: BlockAccessIndex,
    ) -> Self {
        Self {
            verifier,
            bal_state,
            position,
            index,
        }
    }

    fn balance(&mut self, found: Option<U256>) -> Result<(), Differs> {
        let changes = &self.bal_state.accounts()[self.position].balance_changes;
        let index = self.index;
        self.compare(found, || {
            let at = changes.binary_search_by_key(&index, |change| change.block_access_index);
            at.ok().map(|at| changes[at].post_balance)
        })
    }

    fn nonce(&mut self, found: Option<u64>) -> Result<(), Differs> {
        let changes = &self.bal_state.accounts()[self.position].nonce_changes;
        let index = self.index;
        self.compare(found, || {
            let at = changes.binary_search_by_key(&index, |change| change.block_access_index);
            at.ok().map(|at| changes[at].new_nonce)
        })
    }

    fn code(&mut self, found: Option<B256>) -> Result<(), Differs> {
        let (bal_state, position, index) = (self.bal_state, self.position, self.index);
        self.compare(found, || bal_state.code_at(position, index))
    }

    fn slot(&mut self, key: U256, found: Option<U256>) -> Result<(), Differs> {
        let account = &self.bal_state.accounts()[self.position];
        let written = &account.storage_changes;
        let written = written.binary_search_by_key(&key, |slot| slot.slot).ok();
        if found.is_none() && written.is_none() {
            let read = account.storage_reads.binary_search(&key);
            let read = read.map_err(|_| Differs)?;
            self.verifier
                .reads
                .set(self.bal_state.read_number(self.position, read));
            return Ok(());
        }
        let index = self.index;
        self.compare(found, || {
            let changes = &account.storage_changes[written?].changes;
            let at = changes.binary_search_by_key(&index, |change| change.block_access_index);
            at.ok().map(|at| changes[at].new_value)
        })
    }

    /// Counts a listed change. One that is listed and not made is missing in the count.
    fn compare<T: PartialEq>(
        &mut self,
        found: Option<T>,
        listed: impl FnOnce() -> Option<T>,
    ) -> Result<(), Differs> {
        if found.is_none() {
            return Ok(());
        }
        if found != listed() {
            return Err(Differs);
        }
        self.verifier.changes += 1;
        Ok(())
    }
}

/// Bit set of positions.
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
