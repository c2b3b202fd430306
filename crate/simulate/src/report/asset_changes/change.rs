//! Change of one balance.

use super::event_totals::EventTotals;
use crate::report::{Delta, token::Asset};
use alloy_primitives::{Address, U256};
use serde::Serialize;

/// Change of the balance of one account in one asset. Fees are not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssetChange {
    /// Owner of the balance.
    pub account: Address,
    /// Asset of the balance.
    pub asset: Asset,
    /// Balance before, by the state or the token (`balanceOf`, `ownerOf`); `None` if the token does not return it.
    pub before: Option<U256>,
    /// Balance after.
    pub after: Option<U256>,
    /// `after - before`, without fees in the native currency. If the token returns no balance, the sum of its events.
    pub change: Delta,
    /// Sum of the token's events if it differs from `change`, or if the token returns no balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Delta>,
    /// False if the balances contradict the token's events: it takes a fee, changes balances without events, or
    /// lies.
    pub agrees: bool,
}

impl AssetChange {
    /// Returns the sort key of a list of changes.
    pub(in crate::report) const fn order(&self) -> (Address, Asset) {
        (self.account, self.asset)
    }

    /// Returns the change of a token balance; `None` if nothing changed. `counted` is the change of a balance that only
    /// counts tokens.
    pub(super) fn of_token(
        account: Address,
        asset: Asset,
        totals: EventTotals,
        (before, after): (Option<U256>, Option<U256>),
        counted: U256,
    ) -> Option<Self> {
        let claimed = Delta::from_wrapped(totals.transferred());
        let Some((from, to)) = before.zip(after) else {
            // No token after all, unless an event says that it was transferred.
            return (totals.is_transferred && !claimed.is_zero()).then_some(Self {
                account,
                asset,
                before,
                after,
                change: claimed,
                claimed: Some(claimed),
                agrees: false,
            });
        };
        let found = to.wrapping_sub(from);
        if !totals.is_transferred && !totals.is_wrapped() && found == counted {
            return None;
        }
        let wraps = totals.is_wrapped() && found == totals.transferred_and_wrapped();
        // Many tokens keep no balance of the zero address, the source of mints and the target of burns.
        let is_zero_address = account.is_zero() && found.is_zero();
        let agrees = found == totals.transferred() || wraps || is_zero_address;
        let is_unchanged = found.is_zero() && (agrees || !totals.is_transferred);
        (!is_unchanged).then_some(Self {
            account,
            asset,
            before,
            after,
            change: Delta::between(from, to),
            claimed: (!agrees).then_some(claimed),
            agrees,
        })
    }
}
