//! What a location holds, and what a transaction leaves there. What a reader
//! relies on is in [`check`](super::check).
//!
//! Balances commute: a transaction adds to a balance, and a reader that only
//! checked the balance against a bound relies on an interval. So two payments
//! to one account, or fees to one beneficiary, are no conflict.

use super::check::AccountCheck;
use crate::{state::Account, vm::transfer::balance_after_reward};
use alloy_primitives::{B256, U256};
use parevm_stm::Value;

/// The value of a [`Location`](super::location::Location).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateValue {
    Account(AccountValue),
    Slot(SlotValue),
}

/// An account without its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountValue {
    /// `None` where there is no account.
    pub(crate) account: Option<Account>,
    /// Which storage is in force. It grows whenever the storage is emptied, and
    /// a slot of another epoch is zero.
    pub(crate) epoch: Epoch,
}

/// A storage slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotValue {
    pub(crate) value: U256,
    /// The storage this value was written into.
    pub(crate) epoch: Epoch,
}

/// Names a storage of an account: 0 before the block, and larger whenever a
/// storage was emptied later.
pub(crate) type Epoch = u64;

/// What a transaction leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatePatch {
    Account(AccountPatch),
    Slot(SlotValue),
}

/// What a transaction leaves at an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountPatch {
    /// The account is gone, and its storage with it.
    Destroy {
        epoch: Epoch,
    },
    Change(AccountChange),
}

/// The change of an account that is touched and not destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountChange {
    /// Wei gained, modulo 2^256: a loss is a large gain.
    pub(crate) gain: U256,
    /// The gain is a reward: one that does not fit the balance is lost ([`balance_after_reward`]).
    pub(crate) is_reward: bool,
    pub(crate) nonce: Option<u64>,
    /// Whether readers know the nonce beforehand.
    pub(crate) is_nonce_known: bool,
    pub(crate) code_hash: Option<B256>,
    /// The account was created: its storage starts empty.
    pub(crate) is_created: bool,
    /// What becomes of an account that is empty afterwards. Decided on the
    /// resolved balance, never on the one a first run saw.
    pub(crate) empty: EmptyAccount,
    /// The epoch that begins if this change empties the storage.
    pub(crate) epoch: Epoch,
}

/// What becomes of a touched account without balance, nonce and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmptyAccount {
    /// It is deleted (EIP-161, from Spurious Dragon on).
    Cleared,
    /// It exists.
    Kept,
}

/// What a reader relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateCheck {
    Account(AccountCheck),
    Slot(SlotValue),
}

impl AccountValue {
    /// The balance, zero where there is no account, in wei.
    pub(crate) fn balance(&self) -> U256 {
        self.account.map_or(U256::ZERO, |account| account.balance)
    }

    fn apply(&mut self, patch: &AccountPatch) {
        let change = match patch {
            AccountPatch::Destroy { epoch } => {
                *self = Self {
                    account: None,
                    epoch: *epoch,
                };
                return;
            }
            AccountPatch::Change(change) => change,
        };
        let existed = self.account.is_some();
        let mut account = self.account.unwrap_or_default();
        account.balance = if change.is_reward {
            balance_after_reward(account.balance, change.gain)
        } else {
            account.balance.wrapping_add(change.gain)
        };
        account.nonce = change.nonce.unwrap_or(account.nonce);
        account.code_hash = change.code_hash.unwrap_or(account.code_hash);
        let cleared = change.empty == EmptyAccount::Cleared && account.is_empty();
        if change.is_created || (cleared && existed) {
            self.epoch = change.epoch;
        }
        self.account = (!cleared).then_some(account);
    }
}

impl Value for StateValue {
    type Write = StatePatch;
    type Read = StateCheck;

    fn apply(&mut self, patch: &StatePatch) {
        match (self, patch) {
            (Self::Account(account), StatePatch::Account(patch)) => account.apply(patch),
            (Self::Slot(slot), StatePatch::Slot(patch)) => *slot = *patch,
            // A location never changes its kind.
            (Self::Account(_), StatePatch::Slot(_)) | (Self::Slot(_), StatePatch::Account(_)) => {}
        }
    }

    fn overwrites(patch: &StatePatch) -> bool {
        match patch {
            StatePatch::Account(AccountPatch::Destroy { .. }) | StatePatch::Slot(_) => true,
            StatePatch::Account(AccountPatch::Change(_)) => false,
        }
    }

    /// A balance that is sent or received, mostly: readers hardly ever rely on the
    /// very sum.
    fn commutes(patch: &StatePatch) -> bool {
        let StatePatch::Account(AccountPatch::Change(change)) = patch else {
            return false;
        };
        let is_nonce_seen = change.nonce.is_none() || change.is_nonce_known;
        is_nonce_seen && change.code_hash.is_none() && !change.is_created
    }

    fn validates(&self, check: &StateCheck) -> bool {
        match (self, check) {
            (Self::Account(value), StateCheck::Account(check)) => check.admits(value),
            (Self::Slot(value), StateCheck::Slot(check)) => value == check,
            (Self::Account(_), StateCheck::Slot(_)) | (Self::Slot(_), StateCheck::Account(_)) => {
                false
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use alloy_primitives::KECCAK256_EMPTY;

    pub(crate) const CODE: B256 = B256::repeat_byte(1);

    pub(crate) fn value(balance: u64, nonce: u64, code_hash: B256) -> AccountValue {
        let balance = U256::from(balance);
        AccountValue {
            account: Some(Account {
                balance,
                nonce,
                code_hash,
            }),
            epoch: 0,
        }
    }

    pub(crate) fn contract(balance: u64) -> AccountValue {
        value(balance, 1, CODE)
    }

    pub(crate) fn bare(balance: u64) -> AccountValue {
        value(balance, 0, KECCAK256_EMPTY)
    }

    pub(crate) const ABSENT: AccountValue = AccountValue {
        account: None,
        epoch: 0,
    };

    fn gain(amount: u64, empty: EmptyAccount) -> AccountPatch {
        AccountPatch::Change(AccountChange {
            gain: U256::from(amount),
            nonce: None,
            is_reward: false,
            is_nonce_known: false,
            code_hash: None,
            is_created: false,
            empty,
            epoch: 9,
        })
    }

    #[test]
    fn an_empty_account_is_cleared_or_kept_by_the_balance_it_ends_with() {
        let applied = |mut value: AccountValue, patch| {
            value.apply(&patch);
            value
        };
        let cleared = AccountValue {
            account: None,
            epoch: 9,
        };
        assert_eq!(applied(bare(0), gain(0, EmptyAccount::Cleared)), cleared);
        assert_eq!(applied(ABSENT, gain(0, EmptyAccount::Cleared)), ABSENT);
        assert_eq!(applied(ABSENT, gain(0, EmptyAccount::Kept)), bare(0));
        assert_eq!(applied(ABSENT, gain(7, EmptyAccount::Cleared)), bare(7));
        assert_eq!(applied(bare(3), gain(4, EmptyAccount::Cleared)), bare(7));
    }

    #[test]
    fn what_readers_need_not_see_is_money_and_nonces_they_know() {
        let AccountPatch::Change(money) = gain(5, EmptyAccount::Cleared) else {
            unreachable!("a gain is a change");
        };
        let commutes =
            |change| StateValue::commutes(&StatePatch::Account(AccountPatch::Change(change)));
        assert!(commutes(money));
        let mut change = AccountChange {
            nonce: Some(4),
            ..money
        };
        assert!(!commutes(change));
        change.is_nonce_known = true;
        assert!(commutes(change));
        assert!(!commutes(AccountChange {
            code_hash: Some(CODE),
            ..money
        }));
        assert!(!commutes(AccountChange {
            is_created: true,
            ..money
        }));
        let destroy = AccountPatch::Destroy { epoch: 4 };
        assert!(!StateValue::commutes(&StatePatch::Account(destroy)));
    }

    #[test]
    fn a_destroyed_account_starts_anew_with_an_empty_storage() {
        let mut value = contract(5);
        value.apply(&AccountPatch::Destroy { epoch: 4 });
        assert_eq!(
            value,
            AccountValue {
                account: None,
                epoch: 4
            }
        );
        value.apply(&gain(6, EmptyAccount::Cleared));
        assert_eq!(
            value,
            AccountValue {
                epoch: 4,
                ..bare(6)
            }
        );
    }
}
