//! What a block changed, in one normal form, so that two executors can be compared with `==`.

use super::Account;
use alloy_primitives::{
    Address, U256,
    map::{AddressMap, B256Map, HashMap},
};
use revm::bytecode::Bytecode;

/// What a block changed.
///
/// Normal form: an account is listed only if something differs from the state before the block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateDiff {
    /// Changed accounts, in no order.
    pub accounts: AddressMap<AccountChange>,
    /// Codes of accounts whose code hash changed, without the empty code.
    pub codes: B256Map<Bytecode>,
}

/// The change of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The account after the block; `None` where it is gone.
    pub account: Option<Account>,
    /// True when every slot not listed in `slots` became zero. Always true for an account that is
    /// gone, never for one that was not there before the block.
    pub storage_reset: bool,
    /// New values of changed slots, in no order. After a reset these are all nonzero slots.
    pub slots: HashMap<U256, U256>,
}

impl AccountChange {
    /// The changed slots in order of their keys.
    #[must_use]
    pub fn sorted_slots(&self) -> Vec<(U256, U256)> {
        let mut slots: Vec<_> = self
            .slots
            .iter()
            .map(|(slot, value)| (*slot, *value))
            .collect();
        slots.sort_unstable();
        slots
    }
}

impl StateDiff {
    /// The changed accounts in order of their addresses.
    #[must_use]
    pub fn sorted_accounts(&self) -> Vec<(Address, &AccountChange)> {
        let mut accounts: Vec<_> = self
            .accounts
            .iter()
            .map(|(address, change)| (*address, change))
            .collect();
        accounts.sort_unstable_by_key(|(address, _)| *address);
        accounts
    }

    /// Adds the change of one account, in normal form.
    ///
    /// `before` and the first value of each slot are the state source's, the rest is the state
    /// after the block. `storage_reset` says that the storage was emptied at any time in the block;
    /// `slots` then must name every slot written since. The code of an account whose code hash
    /// changed goes into [`StateDiff::codes`] by the caller.
    pub fn insert(
        &mut self,
        address: Address,
        before: Option<Account>,
        after: Option<Account>,
        storage_reset: bool,
        slots: impl IntoIterator<Item = (U256, U256, U256)>,
    ) {
        if after.is_none() {
            if before.is_some() {
                self.accounts.insert(
                    address,
                    AccountChange {
                        account: None,
                        storage_reset: true,
                        slots: HashMap::default(),
                    },
                );
            }
            return;
        }
        let storage_reset = storage_reset && before.is_some();
        let slots: HashMap<U256, U256> = slots
            .into_iter()
            .filter(|(_, old, new)| {
                if storage_reset {
                    !new.is_zero()
                } else {
                    old != new
                }
            })
            .map(|(slot, _, new)| (slot, new))
            .collect();
        if before != after || storage_reset || !slots.is_empty() {
            self.accounts.insert(
                address,
                AccountChange {
                    account: after,
                    storage_reset,
                    slots,
                },
            );
        }
    }
}
