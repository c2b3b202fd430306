//! Entries of a transaction's write set.
//!
//! Balances commute: a transaction adds to a balance. Two transfers to one account, or fees to one
//! beneficiary, do not conflict.

use super::value::{AccountValue, Epoch, SlotValue};
use crate::{state, vm::SpecId, vm::transfer::balance_after_reward};
use alloy_primitives::{B256, U256};
use revm::state::Account as EvmAccount;

/// Entry of a write set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateWrite {
    Account(AccountWrite),
    Slot(SlotValue),
}

/// Write to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountWrite {
    /// The account and its storage are deleted.
    Destroy {
        epoch: Epoch,
    },
    Delta(AccountDelta),
}

/// Change of an account that is touched and not destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountDelta {
    /// Gain in wei, modulo 2^256: a loss is a large gain.
    pub(crate) gain: U256,
    /// The gain is a reward: it is lost if it overflows the balance ([`balance_after_reward`]).
    pub(crate) is_reward: bool,
    pub(crate) nonce: Option<u64>,
    /// Whether readers predict the nonce.
    pub(crate) is_nonce_predicted: bool,
    pub(crate) code_hash: Option<B256>,
    /// The account is created: its storage starts empty.
    pub(crate) is_created: bool,
    /// Treatment of an empty account. Decided on the resolved balance, never on the one that an optimistic
    /// execution saw.
    pub(crate) empty: EmptyAccount,
    /// Epoch that starts if this change clears the storage.
    pub(crate) epoch: Epoch,
}

/// Treatment of a touched account without balance, nonce and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmptyAccount {
    /// Deleted (EIP-161, from Spurious Dragon on).
    Deleted,
    /// Kept.
    Kept,
}

impl AccountDelta {
    /// Returns the change of an account that is only touched, under the rules of `spec`.
    pub(crate) fn touch(spec: SpecId, epoch: Epoch) -> Self {
        Self {
            gain: U256::ZERO,
            is_reward: false,
            nonce: None,
            is_nonce_predicted: false,
            code_hash: None,
            is_created: false,
            empty: if spec.is_enabled_in(SpecId::SPURIOUS_DRAGON) {
                EmptyAccount::Deleted
            } else {
                EmptyAccount::Kept
            },
            epoch,
        }
    }

    /// Returns the change from `before` to `account`, which is touched; `None` if there is none. `touch` is
    /// [`Self::touch`].
    pub(crate) fn between(
        before: Option<state::Account>,
        account: &EvmAccount,
        touch: Self,
    ) -> Option<Self> {
        let old = before.unwrap_or_default();
        let new = &account.info;
        let is_created = account.is_created();
        let delta = Self {
            gain: new.balance.wrapping_sub(old.balance),
            nonce: (new.nonce != old.nonce).then_some(new.nonce),
            code_hash: (new.code_hash != old.code_hash).then_some(new.code_hash),
            is_created,
            ..touch
        };
        // A touch alone deletes an empty account or, before EIP-161, creates one.
        let is_touch_a_change = match touch.empty {
            EmptyAccount::Deleted => before.is_some_and(|account| account.is_empty()),
            EmptyAccount::Kept => before.is_none(),
        };
        (is_created || is_touch_a_change || delta != touch).then_some(delta)
    }
}

impl AccountValue {
    pub(super) fn apply(&mut self, write: &AccountWrite) {
        let delta = match write {
            AccountWrite::Destroy { epoch } => {
                *self = Self {
                    account: None,
                    epoch: *epoch,
                };
                return;
            }
            AccountWrite::Delta(delta) => delta,
        };
        let existed = self.account.is_some();
        let mut account = self.account.unwrap_or_default();
        account.balance = if delta.is_reward {
            balance_after_reward(account.balance, delta.gain)
        } else {
            account.balance.wrapping_add(delta.gain)
        };
        account.nonce = delta.nonce.unwrap_or(account.nonce);
        account.code_hash = delta.code_hash.unwrap_or(account.code_hash);
        let is_deleted = delta.empty == EmptyAccount::Deleted && account.is_empty();
        if delta.is_created || (is_deleted && existed) {
            self.epoch = delta.epoch;
        }
        self.account = (!is_deleted).then_some(account);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{
        super::value::tests::{bare, contract},
        *,
    };

    pub(crate) fn gain(amount: u64, empty: EmptyAccount) -> AccountWrite {
        AccountWrite::Delta(AccountDelta {
            gain: U256::from(amount),
            empty,
            ..AccountDelta::touch(SpecId::OSAKA, 9)
        })
    }

    #[test]
    fn an_empty_account_is_deleted_or_kept_by_its_resolved_balance() {
        let applied = |mut value: AccountValue, write| {
            value.apply(&write);
            value
        };
        let deleted = AccountValue {
            account: None,
            epoch: 9,
        };
        let absent = AccountValue::ABSENT;
        assert_eq!(applied(bare(0), gain(0, EmptyAccount::Deleted)), deleted);
        assert_eq!(applied(absent, gain(0, EmptyAccount::Deleted)), absent);
        assert_eq!(applied(absent, gain(0, EmptyAccount::Kept)), bare(0));
        assert_eq!(applied(absent, gain(7, EmptyAccount::Deleted)), bare(7));
        assert_eq!(applied(bare(3), gain(4, EmptyAccount::Deleted)), bare(7));
    }

    #[test]
    fn a_destroyed_account_starts_again_with_an_empty_storage() {
        let mut value = contract(5);
        value.apply(&AccountWrite::Destroy { epoch: 4 });
        assert_eq!(
            value,
            AccountValue {
                account: None,
                epoch: 4
            }
        );
        value.apply(&gain(6, EmptyAccount::Deleted));
        assert_eq!(
            value,
            AccountValue {
                epoch: 4,
                ..bare(6)
            }
        );
    }
}
