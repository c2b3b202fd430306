//! Entries of a transaction's read set.
//!
//! A read of an account depends on its balance only within an interval: a transaction that only compared the balance with a
//! bound stays valid while the balance is in bounds.

use super::{
    hook::Hook,
    value::{AccountValue, SlotValue},
};
use alloy_primitives::{KECCAK256_EMPTY, U256};

/// Entry of a read set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateRead {
    Account(AccountRead),
    Slot(SlotValue),
}

/// Read of an account: it depends on the balance within an interval, and on everything else exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountRead {
    seen: AccountValue,
    least: U256,
    most: U256,
}

/// Minimum of balances that reads depend on exactly, so that no sum of changes within a transaction can overflow
/// unnoticed.
pub(crate) const HUGE_BALANCE: U256 = U256::from_limbs([0, 0, 0, 1]);
/// Upper bound of every interval: 2^255.
const MOST: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

impl AccountRead {
    /// Returns the read of a loaded account.
    ///
    /// The gas of CALL, EXTCODEHASH, the refund of EIP-7702 and EIP-161 depend on whether an account is empty. So the read of an
    /// account without nonce and code depends on whether its balance is zero.
    pub(crate) fn of_load(seen: AccountValue) -> Self {
        let read = Self {
            seen,
            least: U256::ZERO,
            most: MOST,
        };
        let is_bare = seen
            .account
            .is_none_or(|account| account.nonce == 0 && account.code_hash == KECCAK256_EMPTY);
        match (
            is_bare && Hook::Emptiness.is_enabled(),
            seen.balance().is_zero(),
        ) {
            (true, true) => read.exactly(),
            (true, false) => Self {
                least: U256::ONE,
                ..read
            },
            (false, _) => read,
        }
    }

    /// Depends on the exact balance that was seen.
    pub(crate) fn exactly(self) -> Self {
        let balance = self.seen.balance();
        Self {
            least: balance,
            most: balance,
            ..self
        }
    }

    /// Depends on the current balance of the account being at least `needed`, where `current` is the balance after the
    /// transaction's own changes so far.
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

    /// Returns the value that was seen, and the bounds of the balance.
    #[cfg(test)]
    pub(crate) fn interval(&self) -> (AccountValue, U256, U256) {
        (self.seen, self.least, self.most)
    }

    /// Returns whether the execution would have done the same with `value`.
    pub(super) fn admits(&self, value: &AccountValue) -> bool {
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

#[cfg(test)]
mod tests {
    use super::{
        super::value::tests::{CODE, bare, contract, value},
        *,
    };

    #[test]
    fn a_load_of_a_contract_does_not_depend_on_its_balance() {
        let read = AccountRead::of_load(contract(5));
        assert!(read.admits(&contract(0)) && read.admits(&contract(1_000)));
        assert!(!read.admits(&value(5, 2, CODE)));
        assert!(!read.admits(&value(5, 1, KECCAK256_EMPTY)));
        assert!(!read.admits(&AccountValue {
            epoch: 3,
            ..contract(5)
        }));
        assert!(!read.admits(&AccountValue::ABSENT));
    }

    #[test]
    fn a_load_of_a_bare_account_depends_on_whether_it_is_empty() {
        let read = AccountRead::of_load(bare(5));
        assert!(read.admits(&bare(1)) && !read.admits(&bare(0)));
        let read = AccountRead::of_load(bare(0));
        assert!(
            read.admits(&bare(0)) && !read.admits(&bare(1)) && !read.admits(&AccountValue::ABSENT)
        );
        let read = AccountRead::of_load(AccountValue::ABSENT);
        assert!(read.admits(&AccountValue::ABSENT) && !read.admits(&bare(0)));
    }

    #[test]
    fn a_payment_depends_on_the_balance_after_earlier_ones() {
        // Saw 100, has spent 30, now pays 50: a balance of 80 suffices.
        let read = AccountRead::of_load(contract(100));
        let read = read.at_least(U256::from(70), U256::from(50));
        assert!(read.admits(&contract(80)) && !read.admits(&contract(79)));
        // A later, smaller bound does not loosen it.
        let read = read.at_least(U256::from(20), U256::from(1));
        assert!(read.admits(&contract(81)) && !read.admits(&contract(80)));
        let read = read.at_least(U256::from(500), U256::from(1));
        assert!(!read.admits(&contract(80)));
    }

    #[test]
    fn a_failed_payment_depends_on_the_exact_balance() {
        let read = AccountRead::of_load(contract(10)).at_least(U256::from(10), U256::from(11));
        assert!(read.admits(&contract(10)));
        assert!(!read.admits(&contract(9)) && !read.admits(&contract(11)));
    }
}
