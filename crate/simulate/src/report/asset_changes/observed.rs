//! Observed changes: balances and owners before and after, and their support for events.

use crate::report::token::{Asset, TokenEvent};
use alloy_primitives::{Address, U256};
use std::collections::BTreeMap;

/// Balances before and after, by account and asset.
type Balances = BTreeMap<(Address, Asset), (Option<U256>, Option<U256>)>;

/// Owners before and after, by contract and token id.
type Owners = BTreeMap<(Address, U256), (Option<Address>, Option<Address>)>;

/// Balances and owners before and after, as the contracts return them.
pub(super) struct ObservedChanges {
    balances: Balances,
    owners: Owners,
    /// Change of the number of tokens of a contract that an account owns, where each token is reported on its own.
    counts: BTreeMap<(Address, Address), U256>,
}

impl ObservedChanges {
    pub(super) fn new(balances: Balances, owners: Owners) -> Self {
        let mut counts = BTreeMap::<(Address, Address), U256>::new();
        let mut count = |account, token, more: U256| {
            let sum = counts.entry((account, token)).or_default();
            *sum = sum.wrapping_add(more);
        };
        for (&(token, _), &(from, to)) in &owners {
            if let Some(from) = from {
                count(from, token, U256::MAX);
            }
            if let Some(to) = to {
                count(to, token, U256::ONE);
            }
        }
        for (&(account, asset), &(from, to)) in &balances {
            if let Asset::Erc1155 { token, .. } | Asset::Erc6909 { token, .. } = asset
                && let Some((from, to)) = from.zip(to)
            {
                count(account, token, to.wrapping_sub(from));
            }
        }
        Self {
            balances,
            owners,
            counts,
        }
    }

    /// Returns the balances before and after.
    pub(super) const fn balances(&self) -> &Balances {
        &self.balances
    }

    /// Returns the owners before and after.
    pub(super) const fn owners(&self) -> &Owners {
        &self.owners
    }

    /// Returns the owner of a token before and after.
    pub(super) fn owners_of(
        &self,
        token: Address,
        token_id: U256,
    ) -> (Option<Address>, Option<Address>) {
        let owners = self.owners.get(&(token, token_id)).copied();
        owners.unwrap_or_default()
    }

    /// Returns the change of an ERC-20 balance that only counts tokens, each of which is reported on its own.
    pub(super) fn counted(&self, account: Address, asset: Asset) -> U256 {
        let Asset::Erc20 { token } = asset else {
            return U256::ZERO;
        };
        self.counts
            .get(&(account, token))
            .copied()
            .unwrap_or_default()
    }

    /// Returns the change of a balance, wrapped; zero if it only counts tokens.
    fn change(&self, account: Address, asset: Asset) -> U256 {
        let read = self.balances.get(&(account, asset)).copied();
        let read = read.and_then(|(from, to)| from.zip(to));
        let counted = self.counted(account, asset);
        read.map_or(U256::ZERO, |(from, to)| {
            let change = to.wrapping_sub(from);
            if change == counted {
                U256::ZERO
            } else {
                change
            }
        })
    }

    /// Returns the support of the observed changes for an event. A changed owner has the most.
    pub(super) fn support(&self, event: &TokenEvent) -> u64 {
        match *event {
            TokenEvent::Transferred {
                asset: Asset::Erc721 { token, token_id },
                from,
                to,
                ..
            } => {
                let (before, after) = self.owners_of(token, token_id);
                let owner = |account: Address| (!account.is_zero()).then_some(account);
                match before == after {
                    true => before.is_some().into(),
                    false if before == owner(from) && after == owner(to) => 6,
                    false => 5,
                }
            }
            TokenEvent::Transferred {
                asset, from, to, ..
            } => {
                let side = |account: Address, is_loss: bool| {
                    let change = self.change(account, asset);
                    match (change.is_zero(), change.bit(255) == is_loss) {
                        (true, _) => 0,
                        (false, false) => 1,
                        (false, true) => 2,
                    }
                };
                side(from, true) + side(to, false)
            }
            TokenEvent::Wrapped { token, account, .. } => {
                let change = self.change(account, Asset::Erc20 { token });
                (!change.is_zero()).into()
            }
            TokenEvent::Approved { .. } => 0,
        }
    }
}
