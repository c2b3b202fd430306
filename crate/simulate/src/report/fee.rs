//! Fees of transactions.

use super::Delta;
use alloy_primitives::{Address, U256};
use serde::Serialize;

/// Fee that one account pays or receives for transactions, apart from what they transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fee {
    /// Fee payer or recipient.
    pub account: Address,
    /// Wei: a loss for senders, a gain for the block's beneficiary. The rest is burnt.
    pub change: Delta,
}

impl Fee {
    /// Adds what `account` receives and pays to `fees`, which are sorted by account.
    pub(super) fn add(fees: &mut Vec<Self>, account: Address, received: U256, paid: U256) {
        if received == paid {
            return;
        }
        let found = fees.binary_search_by_key(&account, |fee| fee.account);
        let Ok(at) = found else {
            let change = Delta::between(paid, received);
            let at = found.unwrap_or_else(|at| at);
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
