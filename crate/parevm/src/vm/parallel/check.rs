//! What a transaction that read an account relies on.

use super::{hook::Hook, value::AccountValue};
use alloy_primitives::{KECCAK256_EMPTY, U256};

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

    /// Whether a run would have done the same had it read `value`.
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
        super::value::tests::{ABSENT, CODE, bare, contract, value},
        *,
    };

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
}
