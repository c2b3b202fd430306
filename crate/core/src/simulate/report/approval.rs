//! Who may spend more or less than before.

use super::{
    Grant, ReportError,
    event::{Event, spent_by},
    reader::Reader,
};
use alloy_primitives::{Address, U256};
use alloy_rpc_types_trace::geth::CallFrame;
use serde::Serialize;
use std::collections::BTreeMap;

/// What someone may be allowed to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum Approval {
    /// Units of a token (ERC-20).
    Erc20 {
        /// The contract.
        token: Address,
        /// Whose.
        owner: Address,
        /// Who may spend them.
        spender: Address,
    },
    /// One token of a collection (ERC-721).
    Erc721 {
        /// The contract.
        token: Address,
        /// Which one.
        token_id: U256,
    },
    /// All tokens of a collection (ERC-721, ERC-1155, ERC-6909).
    ForAll {
        /// The contract.
        token: Address,
        /// Whose.
        owner: Address,
        /// Who may move them.
        operator: Address,
    },
    /// Units of one token of a contract that holds many (ERC-6909).
    Erc6909 {
        /// The contract.
        token: Address,
        /// Which one.
        token_id: U256,
        /// Whose.
        owner: Address,
        /// Who may spend them.
        spender: Address,
    },
    /// Units of a token, through Permit2.
    Permit2 {
        /// Permit2 itself.
        contract: Address,
        /// The contract of the token.
        token: Address,
        /// Whose.
        owner: Address,
        /// Who may spend them.
        spender: Address,
    },
}

impl Approval {
    /// The contract of the token.
    #[must_use]
    pub const fn token(&self) -> Address {
        match self {
            Self::Erc20 { token, .. }
            | Self::Erc721 { token, .. }
            | Self::ForAll { token, .. }
            | Self::Erc6909 { token, .. }
            | Self::Permit2 { token, .. } => *token,
        }
    }
}

/// An approval that is another one than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalChange {
    /// Of what, whose, for whom.
    #[serde(flatten)]
    pub approval: Approval,
    /// What it allowed, as the contract itself says (`allowance`, `getApproved`, `isApprovedForAll`);
    /// `None` where it does not.
    pub before: Option<Grant>,
    /// What it allows now.
    pub after: Option<Grant>,
    /// What the last event says, where that is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Grant>,
    /// False when the contract does not say what its event says.
    pub agrees: bool,
}

/// What is said of one approval.
#[derive(Clone, Copy, Debug, Default)]
struct Claim {
    granted: Option<Grant>,
    /// True when something was spent from it since, of which there need not be an event.
    is_spent: bool,
}

/// Approvals to look at, with what events say of them.
#[derive(Debug, Default)]
pub(super) struct Approvals(BTreeMap<Approval, Claim>);

impl Approvals {
    /// Those in `events`, and those that a token which moves, and `calls`, spend from.
    pub(super) fn new<'e>(
        events: impl IntoIterator<Item = &'e Event>,
        calls: impl IntoIterator<Item = &'e CallFrame>,
    ) -> Self {
        let mut approvals = BTreeMap::<Approval, Claim>::new();
        for event in events {
            match *event {
                Event::Approved { approval, grant } => {
                    approvals.entry(approval).or_default().granted = Some(grant);
                }
                Event::Moved {
                    asset: super::Asset::Erc721 { token, token_id },
                    ..
                } => {
                    let approval = Approval::Erc721 { token, token_id };
                    approvals.entry(approval).or_default().is_spent = true;
                }
                _ => {}
            }
        }
        for call in calls {
            let Some(contract) = call.to.filter(|_| call.typ == "CALL") else {
                continue;
            };
            for approval in spent_by(contract, call.from, &call.input) {
                approvals.entry(approval).or_default().is_spent = true;
            }
        }
        Self(approvals)
    }

    /// The approvals, to look at them again.
    pub(super) fn merge(&mut self, later: &Self) {
        for (approval, claim) in &later.0 {
            let merged = self.0.entry(*approval).or_default();
            merged.granted = claim.granted.or(merged.granted);
            merged.is_spent |= claim.is_spent;
        }
    }

    /// What each allows in the state of `reader`.
    pub(super) fn read(
        &self,
        reader: &mut Reader<'_, '_>,
    ) -> Result<Vec<Option<Grant>>, ReportError> {
        let keys = self.0.keys();
        keys.map(|approval| reader.granted(*approval)).collect()
    }

    /// What changed, by what was read before and after.
    pub(super) fn changes(
        &self,
        before: Vec<Option<Grant>>,
        after: Vec<Option<Grant>>,
    ) -> Vec<ApprovalChange> {
        let approvals = self.0.iter().zip(before.into_iter().zip(after));
        approvals
            .filter_map(|((&approval, claim), (before, after))| {
                let agrees = claim.is_spent
                    || claim
                        .granted
                        .is_none_or(|claimed| after.is_some_and(|after| is_same(claimed, after)));
                (before != after || !agrees).then_some(ApprovalChange {
                    approval,
                    before,
                    after,
                    claimed: claim.granted.filter(|_| !agrees),
                    agrees,
                })
            })
            .collect()
    }
}

/// Permit2 puts the time of the block in place of an expiration of zero: only amounts are compared.
fn is_same(claimed: Grant, found: Grant) -> bool {
    match (claimed, found) {
        (Grant::Until { amount, .. }, Grant::Until { amount: found, .. }) => amount == found,
        _ => claimed == found,
    }
}
