//! What transactions cost.

use super::Delta;
use alloy_primitives::{Address, U256};
use serde::Serialize;

/// What one account pays or receives for transactions, beside what they move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fee {
    /// Who.
    pub account: Address,
    /// In wei; a loss for senders, a gain for who makes the block. The rest is burnt.
    pub change: Delta,
}

impl Fee {
    /// Adds what `account` receives and pays to `fees`, which are in order of accounts.
    pub(super) fn add(fees: &mut Vec<Self>, account: Address, received: U256, paid: U256) {
        if received == paid {
            return;
        }
        let place = fees.binary_search_by_key(&account, |fee| fee.account);
        let Ok(at) = place else {
            let change = Delta::between(paid, received);
            let at = place.unwrap_or_else(|at| at);
            fees.insert(at, Self { account, change });
            return;
        };
        let Delta { amount, is_loss } = fees[at].change;
        let (gained, lost) = if is_loss {
            (U256::ZERO, amount)
        } else {
            (amount, U256::ZERO)
        };
        let change = Delta::between(lost.saturating_add(paid), gained.saturating_add(received));
        if change.is_zero() {
            fees.remove(at);
        } else {
            fees[at].change = change;
        }
    }
}
