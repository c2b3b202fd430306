//! Makes a list from what final transactions leave, in block order.

use super::BlockAccessList;
use crate::vm::transfer::balance_after_reward;
use alloy_eip7928::BlockAccessIndex;
use alloy_primitives::{Address, U256, map::hash_map::Entry};
use revm::state::{Account, EvmState, bal::Bal};

/// Makes a list from what final transactions leave. Fed in block order: first index 0, then the
/// transactions, then what comes after them.
#[derive(Debug, Default)]
pub struct BalBuilder {
    list: Bal,
    /// What the steps of the protocol at the edge `edge_index` have done together.
    edge: EvmState,
    edge_index: BlockAccessIndex,
}

impl BalBuilder {
    /// Adds what a transaction at `index` loaded and changed. Its balances are those of this point
    /// in the block.
    pub fn record(&mut self, index: BlockAccessIndex, changes: &EvmState) {
        self.close_edge();
        for (address, account) in changes {
            self.list.update_account(index, *address, account);
        }
    }

    /// Adds what one of several steps of the protocol at `index` loaded and changed. revm's list
    /// compares with what was there before the whole index, so they are put together first.
    pub(crate) fn record_step(&mut self, index: BlockAccessIndex, changes: &EvmState) {
        if self.edge_index != index {
            self.close_edge();
            self.edge_index = index;
        }
        for (address, account) in changes {
            match self.edge.entry(*address) {
                Entry::Occupied(mut earlier) => go_on(earlier.get_mut(), account),
                Entry::Vacant(entry) => {
                    entry.insert(account.clone());
                }
            }
        }
    }

    fn close_edge(&mut self) {
        for (address, account) in self.edge.drain() {
            let index = self.edge_index;
            self.list.update_account(index, address, &account);
        }
    }

    /// Adds what an optimistic run at `index` loaded and changed. It may have seen other balances
    /// than those of this point in the block, so what it gained or lost is moved to the balance
    /// here. `base` is the balance before the block, asked where the list knows none yet.
    ///
    /// # Errors
    ///
    /// What `base` returned.
    pub(crate) fn record_moved<E>(
        &mut self,
        index: BlockAccessIndex,
        changes: EvmState,
        base: impl Fn(Address) -> Result<U256, E>,
    ) -> Result<(), E> {
        self.close_edge();
        for (address, mut account) in changes {
            let listed = self.list.accounts.get(&address);
            match listed.and_then(|account| account.balance.writes.last()) {
                Some((_, before)) => move_balance(&mut account, *before),
                None if account.is_changed() => move_balance(&mut account, base(address)?),
                // Neither listed nor changed: no balance is listed now.
                None => {}
            }
            self.list.update_account(index, address, &account);
        }
        Ok(())
    }

    /// Adds that an account which the run at `index` has not loaded gets a reward of `gain` wei.
    /// `base` as for [`Self::record_moved`].
    ///
    /// # Errors
    ///
    /// What `base` returned.
    pub(crate) fn record_reward<E>(
        &mut self,
        index: BlockAccessIndex,
        address: Address,
        gain: U256,
        base: impl Fn(Address) -> Result<U256, E>,
    ) -> Result<(), E> {
        self.close_edge();
        let balance = &mut self.list.accounts.entry(address).or_default().balance;
        let before = match balance.writes.last() {
            Some((_, before)) => *before,
            None => base(address)?,
        };
        balance.update(index, &before, balance_after_reward(before, gain));
        Ok(())
    }

    /// What was recorded, in revm's form.
    pub(crate) fn entries(&mut self) -> &Bal {
        self.close_edge();
        &self.list
    }

    /// The list, in the order of EIP-7928.
    pub fn finish(mut self) -> BlockAccessList {
        self.close_edge();
        BlockAccessList::new(self.list.into_alloy_bal())
    }
}

/// Has `earlier`, as one step left it, be what a later step left of it.
fn go_on(earlier: &mut Account, later: &Account) {
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

/// Makes `account` have had the balance `before`, with the same gain.
fn move_balance(account: &mut Account, before: U256) {
    let seen = std::mem::replace(&mut account.original_info_mut().balance, before);
    let gain = account.info.balance.wrapping_sub(seen);
    account.info.balance = before.wrapping_add(gain);
}
