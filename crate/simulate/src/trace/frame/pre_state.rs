//! State before an instruction, read after the instruction failed.
//!
//! revm changes the state before it charges for the change, so earlier values are taken from the
//! journal. Reads here warm nothing.

use alloy_primitives::{Address, U256};
use revm::{
    Database,
    context_interface::{
        ContextTr, JournalTr,
        context::ContextError,
        journaled_state::entry::{JournalEntry, SelfdestructionRevertStatus},
    },
    inspector::JournalExt,
    primitives::hardfork::SpecId,
    state::Account,
};

/// State before the journal entries from `start` on.
pub(in crate::trace) struct InstructionPreState<'a, C> {
    context: &'a mut C,
    start: usize,
    spec: SpecId,
}

impl<'a, C: ContextTr<Journal: JournalExt>> InstructionPreState<'a, C> {
    pub(in crate::trace) const fn new(context: &'a mut C, start: usize, spec: SpecId) -> Self {
        Self {
            context,
            start,
            spec,
        }
    }

    pub(in crate::trace) const fn context(&self) -> &C {
        self.context
    }

    /// Journal entries from `start` on.
    fn since(&self) -> impl Iterator<Item = &JournalEntry> {
        self.context.journal().journal().iter().skip(self.start)
    }

    fn account(&self, address: Address) -> Option<&Account> {
        self.context.journal().evm_state().get(&address)
    }

    /// Returns true if the account was cold (EIP-2929).
    pub(in crate::trace) fn is_cold(&mut self, address: Address) -> bool {
        let is_new = |entry: &JournalEntry| matches!(entry, JournalEntry::AccountWarmed { address: warmed } if *warmed == address);
        if self.since().any(is_new) {
            return true;
        }
        let journal = self.context.journal_mut();
        let loaded = journal.load_account_info_skip_cold_load(address, false, true);
        loaded.is_err()
    }

    /// Returns true if the slot was cold (EIP-2929).
    pub(in crate::trace) fn is_cold_slot(&mut self, contract: Address, slot: U256) -> bool {
        let is_new = |entry: &JournalEntry| {
            matches!(entry, JournalEntry::StorageWarmed { key, address }
                if *key == slot && *address == contract)
        };
        if self.since().any(is_new) {
            return true;
        }
        let journal = self.context.journal_mut();
        journal.sload_skip_cold_load(contract, slot, true).is_err()
    }

    /// Returns the values of the slot before the transaction and before the instruction.
    pub(in crate::trace) fn values(&mut self, contract: Address, slot: U256) -> (U256, U256) {
        let replaced = self.since().find_map(|entry| match entry {
            JournalEntry::StorageChanged {
                key,
                address,
                had_value,
            } if *key == slot && *address == contract => Some(*had_value),
            _ => None,
        });
        let account = self.account(contract);
        if let Some(held) = account.and_then(|account| account.storage.get(&slot)) {
            let present = replaced.unwrap_or_else(|| held.present_value());
            return (held.original_value(), present);
        }
        if account.is_some_and(Account::is_created) {
            return (U256::ZERO, U256::ZERO);
        }
        let value = self.context.db_mut().storage(contract, slot);
        let value = self.read(value).unwrap_or_default();
        (value, value)
    }

    /// Returns true if the account was empty (before Spurious Dragon: if it did not exist).
    pub(in crate::trace) fn is_empty(&mut self, address: Address) -> bool {
        let clears = self.spec.is_enabled_in(SpecId::SPURIOUS_DRAGON);
        if let Some(account) = self.account(address) {
            if clears {
                let info = &account.info;
                let received = self
                    .destroyed()
                    .filter(|(_, beneficiary, _)| *beneficiary == address);
                let received = received.map_or(U256::ZERO, |(_, _, balance)| balance);
                return info.balance == received && info.nonce == 0 && info.is_empty_code_hash();
            }
            let touches = |entry: &JournalEntry| {
                matches!(entry, JournalEntry::AccountTouched { address: touched }
                    if *touched == address)
            };
            let is_untouched = !account.is_touched() || self.since().any(touches);
            return account.is_loaded_as_not_existing() && is_untouched;
        }
        let account = self.context.db_mut().basic(address);
        self.read(account)
            .flatten()
            .is_none_or(|account| clears && account.is_empty())
    }

    /// Returns the balance of the account before the instruction, in wei.
    pub(in crate::trace) fn balance(&self, address: Address) -> U256 {
        let left = self
            .destroyed()
            .filter(|(from, to, _)| *from == address && from != to);
        let left = left.map_or(U256::ZERO, |(_, _, balance)| balance);
        let account = self.account(address);
        account.map_or(U256::ZERO, |account| {
            account.info.balance.saturating_add(left)
        })
    }

    /// Returns true if the contract had already been destroyed.
    pub(in crate::trace) fn is_destroyed(&self, address: Address) -> bool {
        let is_first = |entry: &JournalEntry| {
            matches!(entry, JournalEntry::AccountDestroyed { destroyed_status, .. }
                if *destroyed_status != SelfdestructionRevertStatus::RepeatedSelfdestruction)
        };
        let account = self.account(address);
        account.is_some_and(Account::is_selfdestructed) && !self.since().any(is_first)
    }

    /// Contract, beneficiary and wei of a SELFDESTRUCT that the instruction executed.
    fn destroyed(&self) -> Option<(Address, Address, U256)> {
        self.since().find_map(|entry| match entry {
            JournalEntry::AccountDestroyed {
                address,
                target,
                had_balance,
                ..
            } => Some((*address, *target, *had_balance)),
            JournalEntry::BalanceTransfer { from, to, balance } => Some((*from, *to, *balance)),
            _ => None,
        })
    }

    /// Unwraps a read of the state; an error ends the transaction.
    fn read<T>(&mut self, read: Result<T, <C::Db as Database>::Error>) -> Option<T> {
        read.map_err(|error| *self.context.error() = Err(ContextError::Db(error)))
            .ok()
    }
}
