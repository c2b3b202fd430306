//! Who may spend more or less than before.

use super::{
    Grant, ReportError,
    entry::Candidates,
    event::{Event, Readings, chosen},
    reader::Reader,
};
use alloy_primitives::{Address, U256};
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
    /// True when something may have been spent from it since, of which there need not be an event.
    is_spent: bool,
}

impl Claim {
    /// Whether the contract may say `found` after what its last event said.
    fn agrees(&self, found: Option<Grant>) -> bool {
        let Some(claimed) = self.granted else {
            return true;
        };
        let excused = match (claimed, found) {
            (Grant::Amount(most), Some(Grant::Amount(left)))
            | (Grant::Until { amount: most, .. }, Some(Grant::Until { amount: left, .. })) => {
                left <= most
            }
            (Grant::Account(_), Some(Grant::Account(left))) => left.is_zero(),
            _ => true,
        };
        (self.is_spent && excused) || found.is_some_and(|found| is_same(claimed, found))
    }
}

/// Approvals to look at, and what logs may say of them.
#[derive(Debug)]
pub(super) struct Approvals<'l> {
    logs: Vec<&'l Readings>,
    claims: BTreeMap<Approval, Claim>,
}

impl<'l> Approvals<'l> {
    /// Those of `logs`, in all their readings, and `candidates`.
    pub(super) fn new(
        logs: impl IntoIterator<Item = &'l Readings>,
        candidates: &Candidates,
    ) -> Self {
        let logs: Vec<_> = logs.into_iter().collect();
        let mut claims = BTreeMap::<Approval, Claim>::new();
        for event in logs.iter().flat_map(|readings| readings.iter().flatten()) {
            if let Event::Approved { approval, .. } = event {
                claims.entry(*approval).or_default();
            }
        }
        for (approval, is_spent) in &candidates.approvals {
            claims.entry(*approval).or_default().is_spent |= is_spent;
        }
        Self { logs, claims }
    }

    /// Reads what each allows in the state of `reader`.
    pub(super) fn read(
        &self,
        reader: &mut Reader<'_, '_>,
    ) -> Result<Vec<Option<Grant>>, ReportError> {
        let keys = self.claims.keys();
        keys.map(|approval| reader.granted(*approval)).collect()
    }

    /// What changed, by what was read before and after.
    pub(super) fn changes(
        mut self,
        before: Vec<Option<Grant>>,
        after: Vec<Option<Grant>>,
    ) -> Vec<ApprovalChange> {
        let keys = self.claims.keys().copied();
        let found: BTreeMap<_, _> = keys.zip(before.into_iter().zip(after)).collect();
        for readings in self.logs {
            for event in chosen(readings, |event| support(&found, event)) {
                if let Event::Approved { approval, grant } = event {
                    self.claims.entry(*approval).or_default().granted = Some(*grant);
                }
            }
        }
        let approvals = self.claims.into_iter().zip(found.into_values());
        let changes = approvals.filter_map(|((approval, claim), (before, after))| {
            let (before, after) = (said(approval, before), said(approval, after));
            let agrees = claim.agrees(after);
            (differs(before, after) || !agrees).then_some(ApprovalChange {
                approval,
                before,
                after,
                claimed: claim.granted.filter(|_| !agrees),
                agrees,
            })
        });
        changes.collect()
    }
}

/// How much speaks for an event: that the contract says something else than before, and just what the event says.
fn support(found: &BTreeMap<Approval, (Option<Grant>, Option<Grant>)>, event: &Event) -> u64 {
    let Event::Approved { approval, grant } = event else {
        return 0;
    };
    let (before, after) = found.get(approval).copied().unwrap_or_default();
    let is_changed = differs(said(*approval, before), said(*approval, after));
    let is_granted = after.is_some_and(|after| is_same(*grant, after));
    match (is_changed, is_granted) {
        (true, true) => 4,
        (true, false) => 3,
        (false, true) => 2,
        (false, false) => after.is_some().into(),
    }
}

/// Whether a contract allows something else than before. One that does not answer allows nothing: before it is
/// created it answers, and then perhaps no more.
fn differs(before: Option<Grant>, after: Option<Grant>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => before != after,
        (one, other) => one.or(other).is_some_and(|grant| match grant {
            Grant::Amount(amount) | Grant::Until { amount, .. } => !amount.is_zero(),
            Grant::Account(account) => !account.is_zero(),
            Grant::All(all) => all,
        }),
    }
}

/// What a contract says: of a token of ERC-721 that is not there most do not say it.
fn said(approval: Approval, grant: Option<Grant>) -> Option<Grant> {
    match approval {
        Approval::Erc721 { .. } => grant.or(Some(Grant::Account(Address::ZERO))),
        _ => grant,
    }
}

/// Permit2 puts the time of the block in place of an expiration of zero: only amounts are compared.
fn is_same(claimed: Grant, found: Grant) -> bool {
    match (claimed, found) {
        (Grant::Until { amount, .. }, Grant::Until { amount: found, .. }) => amount == found,
        _ => claimed == found,
    }
}
