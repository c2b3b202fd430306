//! Asset changes of calls: the one source of them, for tokens and for the native currency.
//!
//! [`AssetQueries`] collects the balances that the logs and the candidates name, reads them on the states before and
//! after, and compares both with the events. Of an ambiguous log the reading counts that the balances support.

mod change;
mod event_totals;
mod native;
mod observed;

pub use change::AssetChange;

use super::{
    Fee, ReportError,
    candidates::Candidates,
    reader::ContractReader,
    state_diff::AccountDiff,
    token::{self, Asset, Readings, TokenEvent, best_reading},
};
use alloy_primitives::{Address, U256};
use event_totals::EventTotals;
use native::native_changes;
use observed::ObservedChanges;
use std::collections::{BTreeMap, BTreeSet};

/// Queries of all balances and owners that the logs and the candidates name.
#[derive(Debug)]
pub(in crate::report) struct AssetQueries<'l> {
    logs: Vec<&'l Readings>,
    /// Accounts and assets, without ERC-721 tokens.
    balances: BTreeSet<(Address, Asset)>,
    /// ERC-721 tokens: contract and id.
    tokens: BTreeSet<(Address, U256)>,
}

/// Balances and owners on one state, in the order of their [`AssetQueries`].
#[derive(Debug)]
pub(in crate::report) struct Holdings {
    balances: Vec<Option<U256>>,
    owners: Vec<Option<Address>>,
}

impl<'l> AssetQueries<'l> {
    /// Returns the queries of all readings of `logs`, and of `candidates`: some tokens log nothing.
    pub(in crate::report) fn new(
        logs: impl IntoIterator<Item = &'l Readings>,
        candidates: &Candidates,
    ) -> Self {
        let logs: Vec<_> = logs.into_iter().collect();
        let mut balances = BTreeSet::new();
        let mut tokens = candidates.tokens.clone();
        for event in logs.iter().flat_map(|readings| readings.iter().flatten()) {
            match *event {
                TokenEvent::Transferred {
                    asset: Asset::Erc721 { token, token_id },
                    ..
                } => {
                    tokens.insert((token, token_id));
                }
                TokenEvent::Transferred {
                    asset, from, to, ..
                } => {
                    balances.extend([(from, asset), (to, asset)]);
                    // A fee often stays with the token.
                    if let Asset::Erc20 { token } = asset {
                        balances.insert((token, asset));
                    }
                }
                TokenEvent::Wrapped { token, account, .. } => {
                    balances.insert((account, Asset::Erc20 { token }));
                }
                TokenEvent::Approved { .. } => {}
            }
        }
        for (account, asset) in &candidates.balances {
            // ERC-1155 and ERC-6909 have the same query.
            let is_known = matches!(*asset, Asset::Erc1155 { token, token_id }
                if balances.contains(&(*account, Asset::Erc6909 { token, token_id })));
            if !is_known {
                balances.insert((*account, *asset));
            }
        }
        Self {
            logs,
            balances,
            tokens,
        }
    }

    /// Reads all balances and owners on the state of `reader`.
    pub(in crate::report) fn read(
        &self,
        reader: &mut ContractReader<'_, '_>,
    ) -> Result<Holdings, ReportError> {
        let balances = self.balances.iter();
        let balances = balances.map(|(account, asset)| token::balance(reader, *account, *asset));
        let balances = balances.collect::<Result<_, _>>()?;
        let owners = self.tokens.iter();
        let owners = owners.map(|(contract, token_id)| token::owner(reader, *contract, *token_id));
        Ok(Holdings {
            balances,
            owners: owners.collect::<Result<_, _>>()?,
        })
    }

    /// Returns the ERC-721 tokens that exist in `holdings`.
    pub(in crate::report) fn existing_tokens<'h>(
        &'h self,
        holdings: &'h Holdings,
    ) -> impl Iterator<Item = (Address, U256)> + 'h {
        let tokens = self.tokens.iter().zip(&holdings.owners);
        tokens.filter_map(|(token, owner)| owner.map(|_| *token))
    }

    /// Returns all asset changes, sorted by account and asset: those of tokens by what was read `before` and `after`,
    /// and those of the native currency by `diff` without `fees`. `reader` reads the state after.
    pub(in crate::report) fn changes(
        self,
        before: Holdings,
        after: Holdings,
        diff: &[AccountDiff],
        fees: &[Fee],
        reader: &mut ContractReader<'_, '_>,
    ) -> Result<Vec<AssetChange>, ReportError> {
        let mut changes = self.token_changes(before, after);
        changes.extend(native_changes(diff, fees, reader)?);
        changes.sort_by_key(AssetChange::order);
        Ok(changes)
    }

    fn token_changes(self, before: Holdings, after: Holdings) -> Vec<AssetChange> {
        let balances = self.balances.into_iter();
        let balances = balances.zip(before.balances.into_iter().zip(after.balances));
        let owners = self.tokens.into_iter();
        let owners = owners.zip(before.owners.into_iter().zip(after.owners));
        let observed = ObservedChanges::new(balances.collect(), owners.collect());
        let mut totals = BTreeMap::<(Address, Asset), EventTotals>::new();
        for readings in self.logs {
            for event in best_reading(readings, |event| observed.support(event)) {
                EventTotals::add(&mut totals, event);
            }
        }
        let mut changes = Vec::new();
        for (&(account, asset), balances) in observed.balances() {
            let totals = totals.remove(&(account, asset)).unwrap_or_default();
            let counted = observed.counted(account, asset);
            let change = AssetChange::of_token(account, asset, totals, *balances, counted);
            changes.extend(change);
        }
        for (&(token, token_id), (from, to)) in observed.owners() {
            for owner in [from, to].into_iter().flatten() {
                let asset = Asset::Erc721 { token, token_id };
                totals.entry((*owner, asset)).or_default();
            }
        }
        for ((account, asset), totals) in totals {
            let Asset::Erc721 { token, token_id } = asset else {
                continue;
            };
            let (from, to) = observed.owners_of(token, token_id);
            let has = |owner| Some(U256::from(owner == Some(account)));
            let balances = (has(from), has(to));
            let change = AssetChange::of_token(account, asset, totals, balances, U256::ZERO);
            changes.extend(change);
        }
        changes
    }
}
