//! Builder of a block access list.

use super::BlockAccessList;
use crate::vm::transfer::balance_after_reward;
use alloy_eip7928::BlockAccessIndex;
use alloy_primitives::{Address, U256, map::hash_map::Entry};
use revm::state::{Account, EvmState, bal::Bal};

/// Builder of a block access list from committed changes, in block order: pre-execution changes,
/// transactions, post-execution changes.
#[derive(Debug, Default)]
pub struct BalBuilder {
    list: Bal,
    /// Protocol changes at `protocol_index`, merged.
    protocol_changes: EvmState,
    protocol_index: BlockAccessIndex,
}

impl BalBuilder {
    /// Records the accounts that a transaction at `index` loaded and changed. Their balances are those of
    /// this index.
    pub fn record(&mut self, index: BlockAccessIndex, changes: &EvmState) {
        self.merge_protocol_changes();
        for (address, account) in changes {
            self.list.update_account(index, *address, account);
        }
    }

    /// Records the accounts that one of several protocol changes at `index` loaded and changed. revm's list
    /// compares with the state before the index, so these changes are merged first.
    pub(crate) fn record_protocol_change(&mut self, index: BlockAccessIndex, changes: &EvmState) {
        if self.protocol_index != index {
            self.merge_protocol_changes();
            self.protocol_index = index;
        }
        for (address, account) in changes {
            match self.protocol_changes.entry(*address) {
                Entry::Occupied(mut earlier) => merge(earlier.get_mut(), account),
                Entry::Vacant(entry) => {
                    entry.insert(account.clone());
                }
            }
        }
    }

    fn merge_protocol_changes(&mut self) {
        for (address, account) in self.protocol_changes.drain() {
            let index = self.protocol_index;
            self.list.update_account(index, address, &account);
        }
    }

    /// Records the accounts that an optimistic execution at `index` loaded and changed. It may have read
    /// balances other than those of this index, so its gains and losses are applied to the latter. `base`
    /// returns the balance before the block, for accounts whose balance is not recorded yet.
    ///
    /// # Errors
    ///
    /// Error of `base`.
    pub(crate) fn record_optimistic<E>(
        &mut self,
        index: BlockAccessIndex,
        changes: EvmState,
        base: impl Fn(Address) -> Result<U256, E>,
    ) -> Result<(), E> {
        self.merge_protocol_changes();
        for (address, mut account) in changes {
            let listed = self.list.accounts.get(&address);
            match listed.and_then(|account| account.balance.writes.last()) {
                Some((_, before)) => rebase_balance(&mut account, *before),
                None if account.is_changed() => rebase_balance(&mut account, base(address)?),
                // Neither recorded nor changed: no balance is recorded now.
                None => {}
            }
            self.list.update_account(index, address, &account);
        }
        Ok(())
    }

    /// Records a reward of `gain` wei for an account that the execution at `index` has not loaded. `base` as for
    /// [`Self::record_optimistic`].
    ///
    /// # Errors
    ///
    /// Error of `base`.
    pub(crate) fn record_reward<E>(
        &mut self,
        index: BlockAccessIndex,
        address: Address,
        gain: U256,
        base: impl Fn(Address) -> Result<U256, E>,
    ) -> Result<(), E> {
        self.merge_protocol_changes();
        let balance = &mut self.list.accounts.entry(address).or_default().balance;
        let before = match balance.writes.last() {
            Some((_, before)) => *before,
            None => base(address)?,
        };
        balance.update(index, &before, balance_after_reward(before, gain));
        Ok(())
    }

    /// Returns the recorded entries, as revm's type.
    pub(crate) fn entries(&mut self) -> &Bal {
        self.merge_protocol_changes();
        &self.list
    }

    /// Returns the list, in the order of EIP-7928.
    pub fn finish(mut self) -> BlockAccessList {
        self.merge_protocol_changes();
        BlockAccessList::new(self.list.into_alloy_bal())
    }
}

/// Merges the changes of `later` into `earlier`.
fn merge(earlier: &mut Account, later: &Account) {
    if earlier.is_selfdestructed_locally() {
        for slot in earlier.storage.values_mut() {
            slot.present_value = U256::ZERO;
        }
    }
    earlier.info = later.info.clone();
    earlier.status = later.status;
    for (key, slot) in &later.storage {
        match earlier.storage.entry(*key) {
            Entry::Occupied(mut entry) => entry.get_mut().present_value = slot.present_value,
            Entry::Vacant(entry) => {
                entry.insert(slot.clone());
            }
        }
    }
}

/// Replaces the original balance of `account` by `before`, and keeps its gain or loss.
fn rebase_balance(account: &mut Account, before: U256) {
    let seen = std::mem::replace(&mut account.original_info_mut().balance, before);
    let gain = account.info.balance.wrapping_sub(seen);
    account.info.balance = before.wrapping_add(gain);
}
