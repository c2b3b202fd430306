//! Totals of the token events of one account in one asset.

use crate::report::token::{Asset, TokenEvent};
use alloy_primitives::{Address, U256};
use std::collections::BTreeMap;

/// Totals of the token events of one account in one asset. The amounts are what a contract logs, so sums wrap.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EventTotals {
    received: U256,
    sent: U256,
    deposited: U256,
    withdrawn: U256,
    /// True if a transfer names the account, even with an amount of zero.
    pub(super) is_transferred: bool,
}

impl EventTotals {
    /// Adds `event` to the totals of its accounts.
    pub(super) fn add(totals: &mut BTreeMap<(Address, Asset), Self>, event: &TokenEvent) {
        match *event {
            TokenEvent::Transferred {
                asset,
                from,
                to,
                amount,
            } => {
                let sender = totals.entry((from, asset)).or_default();
                sender.sent = sender.sent.wrapping_add(amount);
                sender.is_transferred = true;
                let receiver = totals.entry((to, asset)).or_default();
                receiver.received = receiver.received.wrapping_add(amount);
                receiver.is_transferred = true;
            }
            TokenEvent::Wrapped {
                token,
                account,
                amount,
                is_deposit,
            } => {
                let totals = totals.entry((account, Asset::Erc20 { token })).or_default();
                let sum = if is_deposit {
                    &mut totals.deposited
                } else {
                    &mut totals.withdrawn
                };
                *sum = sum.wrapping_add(amount);
            }
            TokenEvent::Approved { .. } => {}
        }
    }

    /// Returns the wrapped sum of transfers.
    pub(super) fn transferred(&self) -> U256 {
        self.received.wrapping_sub(self.sent)
    }

    /// Returns the wrapped sum of transfers, deposits and withdrawals.
    pub(super) fn transferred_and_wrapped(&self) -> U256 {
        let wrapped = self.deposited.wrapping_sub(self.withdrawn);
        self.transferred().wrapping_add(wrapped)
    }

    /// Returns true if there was a deposit or a withdrawal.
    pub(super) fn is_wrapped(&self) -> bool {
        !self.deposited.is_zero() || !self.withdrawn.is_zero()
    }
}
