//! What accounts own more or less than before.

use super::{Delta, ReportError, event::Event, reader::Reader};
use alloy_primitives::{Address, U256};
use serde::Serialize;
use std::collections::BTreeMap;

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

/// Accounts and assets to look at, with what events say of them.
#[derive(Debug, Default)]
pub(super) struct Claims(BTreeMap<(Address, Asset), Claim>);

impl Claims {
    /// Those of `events`, and the balances of `holders`, each of a contract whose storage changed: some
    /// tokens log nothing.
    pub(super) fn new<'e>(
        events: impl IntoIterator<Item = &'e Event>,
        holders: impl IntoIterator<Item = (Address, Address)>,
    ) -> Self {
        let mut claims = Self::default();
        let mut collections = Vec::new();
        let mut tokens = Vec::new();
        for event in events {
            match *event {
                Event::Moved {
                    asset,
                    from,
                    to,
                    amount,
                } => {
                    let sender = claims.at(from, asset);
                    sender.sent = sender.sent.wrapping_add(amount);
                    sender.is_moved = true;
                    let receiver = claims.at(to, asset);
                    receiver.received = receiver.received.wrapping_add(amount);
                    receiver.is_moved = true;
                    match asset {
                        Asset::Erc20 { token } => tokens.push(token),
                        asset => collections.extend(asset.token()),
                    }
                }
                Event::Wrapped {
                    token,
                    account,
                    amount,
                    is_deposit,
                } => {
                    let claim = claims.at(account, Asset::Erc20 { token });
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
        // Those of a collection are counts of what is told one by one.
        collections.sort_unstable();
        for (holder, token) in holders {
            if collections.binary_search(&token).is_err() {
                claims.at(holder, Asset::Erc20 { token });
            }
        }
        // A fee often stays with the token.
        for token in tokens {
            claims.at(token, Asset::Erc20 { token });
        }
        claims
    }

    fn at(&mut self, account: Address, asset: Asset) -> &mut Claim {
        self.0.entry((account, asset)).or_default()
    }

    /// What each account has of each asset in the state of `reader`.
    pub(super) fn read(
        &self,
        reader: &mut Reader<'_, '_>,
    ) -> Result<Vec<Option<U256>>, ReportError> {
        let keys = self.0.keys();
        keys.map(|(account, asset)| reader.owned(*account, *asset))
            .collect()
    }

    /// What changed, by what was read before and after.
    pub(super) fn changes(
        self,
        before: Vec<Option<U256>>,
        after: Vec<Option<U256>>,
    ) -> Vec<AssetChange> {
        let claims = self.0.into_iter().zip(before.into_iter().zip(after));
        claims
            .filter_map(|(((account, asset), claim), (before, after))| {
                change(account, asset, claim, before, after)
            })
            .collect()
    }
}

/// What changed of one account and one asset, if anything.
fn change(
    account: Address,
    asset: Asset,
    claim: Claim,
    before: Option<U256>,
    after: Option<U256>,
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
