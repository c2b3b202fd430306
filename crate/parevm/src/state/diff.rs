//! State diff of a block, in a normal form: the diffs of two executors are compared with `==`.

use super::Account;
use alloy_primitives::{
    Address, U256,
    map::{AddressMap, B256Map, HashMap},
};
use revm::bytecode::Bytecode;

/// State diff of a block.
///
/// Normal form: it has an account only if the account differs from the state before the block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateDiff {
    /// Changed accounts, unordered.
    pub accounts: AddressMap<AccountChange>,
    /// Codes of accounts whose code hash changed, without the empty code.
    pub codes: B256Map<Bytecode>,
}

/// Change of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// Account after the block; `None` if it is deleted.
    pub account: Option<Account>,
    /// True if every slot that is not in `slots` became zero. Always true for a deleted account, never for one that did
    /// not exist before the block.
    pub storage_reset: bool,
    /// New values of changed slots, unordered. After a reset these are all nonzero slots.
    pub slots: HashMap<U256, U256>,
}

impl AccountChange {
    /// Returns the changed slots, ordered by key.
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
    /// Returns the changed accounts, ordered by address.
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

    /// Inserts the change of one account, in normal form.
    ///
    /// `before` and the first value of each slot are those of the state source, `after` and the second value those after
    /// the block. `storage_reset` is whether the storage was cleared at any time in the block; `slots` must then have
    /// every slot written since. The caller inserts the code of an account whose code hash changed into
    /// [`StateDiff::codes`].
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
