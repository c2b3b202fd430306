//! What a location holds, what a transaction leaves there, and what a reader
//! relies on.
//!
//! Balances commute: a transaction adds to a balance, and a reader that only
//! checked the balance against a bound relies on an interval. So two payments
//! to one account, or fees to one beneficiary, are no conflict.

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
    Destroy { epoch: Epoch },
    Change(AccountChange),
}

/// The change of an account that is touched and not destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountChange {
    /// Wei gained, modulo 2^256: a loss is a large gain.
    pub(crate) gain: U256,
    pub(crate) nonce: Option<u64>,
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
                *self = Self { account: None, epoch: *epoch };
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
        let check = Self { seen, least: U256::ZERO, most: MOST };
        let bare = seen
            .account
            .is_none_or(|account| account.nonce == 0 && account.code_hash == KECCAK256_EMPTY);
        match (bare, seen.balance().is_zero()) {
            (true, true) => check.exactly(),
            (true, false) => Self { least: U256::ONE, ..check },
            (false, _) => check,
        }
    }

    /// Relies on the very balance that was seen.
    pub(crate) fn exactly(self) -> Self {
        let balance = self.seen.balance();
        Self { least: balance, most: balance, ..self }
    }

    /// Relies on the account's current balance being at least `needed`, where
    /// `current` is what the run made of the balance it saw.
    pub(crate) fn at_least(self, current: U256, needed: U256) -> Self {
        let Some(slack) = current.checked_sub(needed) else { return self.exactly() };
        let least = self.seen.balance().saturating_sub(slack);
        Self { least: self.least.max(least), ..self }
    }

    fn admits(&self, value: &AccountValue) -> bool {
        let (least, most) = (self.least, self.most);
        let balance = value.balance();
        let rest = |value: &AccountValue| {
            (value.account.map(|account| (account.nonce, account.code_hash)), value.epoch)
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
