//! What a location holds, what a transaction leaves there, and what a reader
//! relies on.
//!
//! Balances commute: a transaction adds to a balance, and a reader that only
//! checked the balance against a bound relies on an interval. So two payments
//! to one account, or fees to one beneficiary, are no conflict.

use super::hook::Hook;
use crate::state::Account;
use alloy_primitives::{B256, KECCAK256_EMPTY, U256};
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
pub(crate) type Epoch = u32;

/// The epoch that begins where transaction `index` empties a storage. 0 is the
/// storage before the block, 1 what begins before the first transaction.
pub(crate) fn epoch_of(index: u32) -> Epoch {
    index + 2
}

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

/// What a reader of an account relies on: everything but the balance exactly,
/// the balance within an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountCheck {
    seen: AccountValue,
    least: U256,
    most: U256,
}

/// Balances from here on are never left to an interval, so that no sum of
/// changes within a transaction can overflow unseen.
pub(crate) const HUGE_BALANCE: U256 = U256::from_limbs([0, 0, 0, 1]);
/// The largest balance an interval admits: 2^255.
const MOST: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

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
        account.balance = account.balance.wrapping_add(change.gain);
        account.nonce = change.nonce.unwrap_or(account.nonce);
        account.code_hash = change.code_hash.unwrap_or(account.code_hash);
        let cleared = change.empty == EmptyAccount::Cleared && account.is_empty();
        if change.is_created || (cleared && existed) {
            self.epoch = change.epoch;
        }
        self.account = (!cleared).then_some(account);
    }
}

impl AccountCheck {
    /// What every load of an account relies on.
    ///
    /// Gas of CALL, EXTCODEHASH, EIP-7702's refund and EIP-161 look at whether
    /// an account is empty, so the balance of one without nonce and code is
    /// relied on as far as that: exactly if zero, else as being at least 1.
    pub(crate) fn of_load(seen: AccountValue) -> Self {
        let check = Self {
            seen,
            least: U256::ZERO,
            most: MOST,
        };
        let bare = seen
            .account
            .is_none_or(|account| account.nonce == 0 && account.code_hash == KECCAK256_EMPTY);
        match (bare && Hook::Emptiness.is_on(), seen.balance().is_zero()) {
            (true, true) => check.exactly(),
            (true, false) => Self {
                least: U256::ONE,
                ..check
            },
            (false, _) => check,
        }
    }

    /// Relies on the very balance that was seen.
    pub(crate) fn exactly(self) -> Self {
        let balance = self.seen.balance();
        Self {
            least: balance,
            most: balance,
            ..self
        }
    }

    /// Relies on the account's current balance being at least `needed`, where
    /// `current` is what the run made of the balance it saw.
    pub(crate) fn at_least(self, current: U256, needed: U256) -> Self {
        let Some(slack) = current.checked_sub(needed) else {
            return self.exactly();
        };
        let least = self.seen.balance().saturating_sub(slack);
        Self {
            least: self.least.max(least),
            ..self
        }
    }

    /// What was seen, and the least and the largest balance that would do.
    #[cfg(test)]
    pub(super) fn interval(&self) -> (AccountValue, U256, U256) {
        (self.seen, self.least, self.most)
    }

    fn admits(&self, value: &AccountValue) -> bool {
        let (least, most) = (self.least, self.most);
        let balance = value.balance();
        let rest = |value: &AccountValue| {
            (
                value
                    .account
                    .map(|account| (account.nonce, account.code_hash)),
                value.epoch,
            )
        };
        (least..=most).contains(&balance) && rest(value) == rest(&self.seen)
    }
}

impl Value for StateValue {
    type Patch = StatePatch;
    type Check = StateCheck;

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

    fn admits(&self, check: &StateCheck) -> bool {
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
mod tests {
    use super::*;

    const CODE: B256 = B256::repeat_byte(1);

    fn value(balance: u64, nonce: u64, code_hash: B256) -> AccountValue {
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

    fn contract(balance: u64) -> AccountValue {
        value(balance, 1, CODE)
    }

    fn bare(balance: u64) -> AccountValue {
        value(balance, 0, KECCAK256_EMPTY)
    }

    const ABSENT: AccountValue = AccountValue {
        account: None,
        epoch: 0,
    };

    fn gain(amount: u64, empty: EmptyAccount) -> AccountPatch {
        AccountPatch::Change(AccountChange {
            gain: U256::from(amount),
            nonce: None,
            is_nonce_known: false,
            code_hash: None,
            is_created: false,
            empty,
            epoch: 9,
        })
    }

    #[test]
    fn a_load_of_a_contract_leaves_its_balance_open() {
        let check = AccountCheck::of_load(contract(5));
        assert!(check.admits(&contract(0)) && check.admits(&contract(1_000)));
        assert!(!check.admits(&value(5, 2, CODE)));
        assert!(!check.admits(&value(5, 1, KECCAK256_EMPTY)));
        assert!(!check.admits(&AccountValue {
            epoch: 3,
            ..contract(5)
        }));
        assert!(!check.admits(&ABSENT));
    }

    #[test]
    fn a_load_of_a_bare_account_relies_on_whether_it_is_empty() {
        let check = AccountCheck::of_load(bare(5));
        assert!(check.admits(&bare(1)) && !check.admits(&bare(0)));
        let check = AccountCheck::of_load(bare(0));
        assert!(check.admits(&bare(0)) && !check.admits(&bare(1)) && !check.admits(&ABSENT));
        let check = AccountCheck::of_load(ABSENT);
        assert!(check.admits(&ABSENT) && !check.admits(&bare(0)));
    }

    #[test]
    fn a_payment_relies_on_what_is_left_after_earlier_ones() {
        // Seen 100, spent 30 already, now pays 50: 80 would have been enough.
        let check = AccountCheck::of_load(contract(100));
        let check = check.at_least(U256::from(70), U256::from(50));
        assert!(check.admits(&contract(80)) && !check.admits(&contract(79)));
        // A later, smaller demand does not loosen it.
        let check = check.at_least(U256::from(20), U256::from(1));
        assert!(check.admits(&contract(81)) && !check.admits(&contract(80)));
        let check = check.at_least(U256::from(500), U256::from(1));
        assert!(!check.admits(&contract(80)));
    }

    #[test]
    fn a_payment_that_failed_relies_on_the_exact_balance() {
        let check = AccountCheck::of_load(contract(10)).at_least(U256::from(10), U256::from(11));
        assert!(check.admits(&contract(10)));
        assert!(!check.admits(&contract(9)) && !check.admits(&contract(11)));
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
