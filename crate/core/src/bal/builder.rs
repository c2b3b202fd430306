//! Makes a list from what final transactions leave, in block order.

use super::BlockAccessList;
use alloy_eip7928::BlockAccessIndex;
use alloy_primitives::{Address, U256};
use revm::state::{Account, EvmState, bal::Bal};

/// Makes a list from what final transactions leave. Fed in block order: first index 0, then the
/// transactions, then what comes after them.
#[derive(Debug, Default)]
pub(crate) struct ListBuilder(Bal);

impl ListBuilder {
    /// Adds what a run at `index` loaded and changed. Its balances are those of this point in the
    /// block.
    pub(crate) fn record(&mut self, index: BlockAccessIndex, changes: &EvmState) {
        for (address, account) in changes {
            self.0.update_account(index, *address, account);
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
        for (address, mut account) in changes {
            let listed = self.0.accounts.get(&address);
            match listed.and_then(|account| account.balance.writes.last()) {
                Some((_, before)) => move_balance(&mut account, *before),
                None if account.is_changed() => move_balance(&mut account, base(address)?),
                // Neither listed nor changed: no balance is listed now.
                None => {}
            }
            self.0.update_account(index, address, &account);
        }
        Ok(())
    }

    /// Adds that an account which the run at `index` has not loaded gains `gain` wei. `base` as for
    /// [`Self::record_moved`].
    ///
    /// # Errors
    ///
    /// What `base` returned.
    pub(crate) fn record_gain<E>(
        &mut self,
        index: BlockAccessIndex,
        address: Address,
        gain: U256,
        base: impl Fn(Address) -> Result<U256, E>,
    ) -> Result<(), E> {
        let balance = &mut self.0.accounts.entry(address).or_default().balance;
        let before = match balance.writes.last() {
            Some((_, before)) => *before,
            None => base(address)?,
        };
        balance.update(index, &before, before.wrapping_add(gain));
        Ok(())
    }

    /// What was recorded, in revm's form.
    pub(crate) fn entries(&self) -> &Bal {
        &self.0
    }

    /// The list, in the order of EIP-7928.
    pub(crate) fn finish(self) -> BlockAccessList {
        BlockAccessList::new(self.0.into_alloy_bal())
    }
}

/// Makes `account` have had the balance `before`, with the same gain.
fn move_balance(account: &mut Account, before: U256) {
    let seen = std::mem::replace(&mut account.original_info_mut().balance, before);
    let gain = account.info.balance.wrapping_sub(seen);
    account.info.balance = before.wrapping_add(gain);
}
