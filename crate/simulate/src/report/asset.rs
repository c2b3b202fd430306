//! What accounts own more or less than before.

use super::{
    Delta, ReportError,
    entry::Candidates,
    event::{Event, Readings, chosen},
    reader::Reader,
};
use alloy_primitives::{Address, U256};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Something that can be owned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(
    tag = "type",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum Asset {
    /// The chain's own currency, in wei.
    Native,
    /// Units of a token (ERC-20), WETH among them.
    Erc20 {
        /// The contract.
        token: Address,
    },
    /// One token of a collection (ERC-721). Who owns it has 1 of it.
    Erc721 {
        /// The contract.
        token: Address,
        /// Which one.
        token_id: U256,
    },
    /// Units of one token of a collection (ERC-1155).
    Erc1155 {
        /// The contract.
        token: Address,
        /// Which one.
        token_id: U256,
    },
    /// Units of one token of a contract that holds many (ERC-6909).
    Erc6909 {
        /// The contract.
        token: Address,
        /// Which one.
        token_id: U256,
    },
}

impl Asset {
    /// The contract; `None` of the native currency.
    #[must_use]
    pub const fn token(&self) -> Option<Address> {
        match self {
            Self::Native => None,
            Self::Erc20 { token }
            | Self::Erc721 { token, .. }
            | Self::Erc1155 { token, .. }
            | Self::Erc6909 { token, .. } => Some(*token),
        }
    }
}

/// What one account owns more or less of one asset than before. Fees are not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssetChange {
    /// Who owns it.
    pub account: Address,
    /// What.
    pub asset: Asset,
    /// How much before, as the state or the token itself (`balanceOf`, `ownerOf`) says; `None` where it
    /// does not.
    pub before: Option<U256>,
    /// How much after.
    pub after: Option<U256>,
    /// `after` less `before`, and of the native currency without fees. Where the token does not say them,
    /// what its events say.
    pub change: Delta,
    /// What the token's events say, where that is something else, or the token does not say what it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Delta>,
    /// False when the token's balances are not what its events say: it takes a fee, changes balances
    /// without events, or lies.
    pub agrees: bool,
}

impl AssetChange {
    /// In which order changes are told.
    pub(super) const fn order(&self) -> (Address, Asset) {
        (self.account, self.asset)
    }
}

/// What events say of one account and one asset. Amounts are whatever a contract says: sums wrap.
#[derive(Clone, Copy, Debug, Default)]
struct Claim {
    received: U256,
    sent: U256,
    deposited: U256,
    withdrawn: U256,
    /// True when it is named by a movement, not only looked at.
    is_moved: bool,
}

impl Claim {
    fn transferred(&self) -> U256 {
        self.received.wrapping_sub(self.sent)
    }

    fn with_wrapped(&self) -> U256 {
        let wrapped = self.deposited.wrapping_sub(self.withdrawn);
        self.transferred().wrapping_add(wrapped)
    }

    fn is_wrapped(&self) -> bool {
        !self.deposited.is_zero() || !self.withdrawn.is_zero()
    }
}

/// Accounts and assets to look at, and what logs may say of them.
#[derive(Debug)]
pub(super) struct Claims<'l> {
    logs: Vec<&'l Readings>,
    /// All assets but tokens of ERC-721.
    balances: BTreeSet<(Address, Asset)>,
    /// Tokens of ERC-721, by contract.
    tokens: BTreeSet<(Address, U256)>,
}

/// What contracts answer on one state, in the order of [`Claims`].
#[derive(Debug)]
pub(super) struct Holdings {
    balances: Vec<Option<U256>>,
    owners: Vec<Option<Address>>,
}

impl<'l> Claims<'l> {
    /// Those of `logs`, in all their readings, and `candidates`: some tokens log nothing.
    pub(super) fn new(
        logs: impl IntoIterator<Item = &'l Readings>,
        candidates: &Candidates,
    ) -> Self {
        let logs: Vec<_> = logs.into_iter().collect();
        let mut balances = BTreeSet::new();
        let mut tokens = candidates.tokens.clone();
        for event in logs.iter().flat_map(|readings| readings.iter().flatten()) {
            match *event {
                Event::Moved {
                    asset: Asset::Erc721 { token, token_id },
                    ..
                } => {
                    tokens.insert((token, token_id));
                }
                Event::Moved {
                    asset, from, to, ..
                } => {
                    balances.extend([(from, asset), (to, asset)]);
                    // A fee often stays with the token.
                    if let Asset::Erc20 { token } = asset {
                        balances.insert((token, asset));
                    }
                }
                Event::Wrapped { token, account, .. } => {
                    balances.insert((account, Asset::Erc20 { token }));
                }
                Event::Approved { .. } => {}
            }
        }
        for (account, asset) in &candidates.balances {
            // Both standards ask the same question.
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

    /// Reads what each account has in the state of `reader`.
    pub(super) fn read(&self, reader: &mut Reader<'_, '_>) -> Result<Holdings, ReportError> {
        let balances = self.balances.iter();
        let balances = balances.map(|(account, asset)| reader.owned(*account, *asset));
        let balances = balances.collect::<Result<_, _>>()?;
        let owners = self.tokens.iter();
        let owners = owners.map(|(token, token_id)| reader.owner(*token, *token_id));
        Ok(Holdings {
            balances,
            owners: owners.collect::<Result<_, _>>()?,
        })
    }

    /// The tokens that have an owner.
    pub(super) fn owned<'h>(
        &'h self,
        holdings: &'h Holdings,
    ) -> impl Iterator<Item = (Address, U256)> + 'h {
        let tokens = self.tokens.iter().zip(&holdings.owners);
        tokens.filter_map(|(token, owner)| owner.map(|_| *token))
    }

    /// What changed, by what was read before and after.
    pub(super) fn changes(self, before: Holdings, after: Holdings) -> Vec<AssetChange> {
        let found = Found::new(&self, before, after);
        let mut claims = BTreeMap::<(Address, Asset), Claim>::new();
        for readings in self.logs {
            for event in chosen(readings, |event| found.support(event)) {
                claim(&mut claims, event);
            }
        }
        let mut changes = Vec::new();
        for (&(account, asset), read) in &found.balances {
            let claim = claims.remove(&(account, asset)).unwrap_or_default();
            let counted = found.counted(account, asset);
            changes.extend(change(account, asset, claim, *read, counted));
        }
        for (&(token, token_id), (from, to)) in &found.owners {
            for owner in [from, to].into_iter().flatten() {
                let asset = Asset::Erc721 { token, token_id };
                claims.entry((*owner, asset)).or_default();
            }
        }
        for ((account, asset), claim) in claims {
            let Asset::Erc721 { token, token_id } = asset else {
                continue;
            };
            let (from, to) = found
                .owners
                .get(&(token, token_id))
                .copied()
                .unwrap_or_default();
            let has = |owner| Some(U256::from(owner == Some(account)));
            changes.extend(change(
                account,
                asset,
                claim,
                (has(from), has(to)),
                U256::ZERO,
            ));
        }
        changes
    }
}

/// What contracts answered before and after.
struct Found {
    balances: BTreeMap<(Address, Asset), (Option<U256>, Option<U256>)>,
    owners: BTreeMap<(Address, U256), (Option<Address>, Option<Address>)>,
    /// By how much the tokens of a contract that an account owns, each reported by itself, became more.
    counts: BTreeMap<(Address, Address), U256>,
}

impl Found {
    fn new(claims: &Claims<'_>, before: Holdings, after: Holdings) -> Self {
        let read = before.balances.into_iter().zip(after.balances);
        let balances: BTreeMap<_, _> = claims.balances.iter().copied().zip(read).collect();
        let read = before.owners.into_iter().zip(after.owners);
        let owners: BTreeMap<_, _> = claims.tokens.iter().copied().zip(read).collect();
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

    /// Returns by how much a balance of ERC-20 changes that only counts tokens, each of which is reported by itself.
    fn counted(&self, account: Address, asset: Asset) -> U256 {
        let Asset::Erc20 { token } = asset else {
            return U256::ZERO;
        };
        self.counts
            .get(&(account, token))
            .copied()
            .unwrap_or_default()
    }

    /// Returns by how much `account` has more or less of `asset`; zero where that only counts tokens.
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

    /// How much speaks for an event: that a token has another owner more than anything else.
    fn support(&self, event: &Event) -> u64 {
        match *event {
            Event::Moved {
                asset: Asset::Erc721 { token, token_id },
                from,
                to,
                ..
            } => {
                let (before, after) = self
                    .owners
                    .get(&(token, token_id))
                    .copied()
                    .unwrap_or_default();
                let owner = |account: Address| (!account.is_zero()).then_some(account);
                match before == after {
                    true => before.is_some().into(),
                    false if before == owner(from) && after == owner(to) => 6,
                    false => 5,
                }
            }
            Event::Moved {
                asset, from, to, ..
            } => {
                let end = |account: Address, is_loss: bool| {
                    let change = self.change(account, asset);
                    match (change.is_zero(), change.bit(255) == is_loss) {
                        (true, _) => 0,
                        (false, false) => 1,
                        (false, true) => 2,
                    }
                };
                end(from, true) + end(to, false)
            }
            Event::Wrapped { token, account, .. } => {
                let change = self.change(account, Asset::Erc20 { token });
                (!change.is_zero()).into()
            }
            Event::Approved { .. } => 0,
        }
    }
}

/// Adds what `event` says to `claims`.
fn claim(claims: &mut BTreeMap<(Address, Asset), Claim>, event: &Event) {
    match *event {
        Event::Moved {
            asset,
            from,
            to,
            amount,
        } => {
            let sender = claims.entry((from, asset)).or_default();
            sender.sent = sender.sent.wrapping_add(amount);
            sender.is_moved = true;
            let receiver = claims.entry((to, asset)).or_default();
            receiver.received = receiver.received.wrapping_add(amount);
            receiver.is_moved = true;
        }
        Event::Wrapped {
            token,
            account,
            amount,
            is_deposit,
        } => {
            let claim = claims.entry((account, Asset::Erc20 { token })).or_default();
            let sum = if is_deposit {
                &mut claim.deposited
            } else {
                &mut claim.withdrawn
            };
            *sum = sum.wrapping_add(amount);
        }
        Event::Approved { .. } => {}
    }
}

/// What changed of one account and one asset, if anything. `counted` is by how much a count of tokens changes.
fn change(
    account: Address,
    asset: Asset,
    claim: Claim,
    (before, after): (Option<U256>, Option<U256>),
    counted: U256,
) -> Option<AssetChange> {
    let claimed = difference(claim.transferred());
    let read = before.zip(after);
    let Some((from, to)) = read else {
        // Not a token after all, if nobody says that it moved.
        return (claim.is_moved && !claimed.is_zero()).then_some(AssetChange {
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
    if !claim.is_moved && !claim.is_wrapped() && found == counted {
        return None;
    }
    let wraps = claim.is_wrapped() && found == claim.with_wrapped();
    // Many tokens keep no balance of the zero address, from which they make and to which they burn.
    let is_nobody = account.is_zero() && found.is_zero();
    let agrees = found == claim.transferred() || wraps || is_nobody;
    let is_silent = found.is_zero() && (agrees || !claim.is_moved);
    (!is_silent).then_some(AssetChange {
        account,
        asset,
        before,
        after,
        change: Delta::between(from, to),
        claimed: (!agrees).then_some(claimed),
        agrees,
    })
}

/// A sum that wrapped around, as a difference: the smaller one in size.
fn difference(sum: U256) -> Delta {
    let (amount, is_loss) = if sum.bit(255) {
        (sum.wrapping_neg(), true)
    } else {
        (sum, false)
    };
    Delta { amount, is_loss }
}
