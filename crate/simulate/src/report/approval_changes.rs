//! Approval changes of calls.

use super::{
    ReportError,
    candidates::Candidates,
    reader::ContractReader,
    token::{self, Approval, Grant, Readings, TokenEvent, best_reading},
};
use alloy_primitives::Address;
use serde::Serialize;
use std::collections::BTreeMap;

/// Change of an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalChange {
    /// Approval: asset, owner and spender.
    #[serde(flatten)]
    pub approval: Approval,
    /// Grant before, by the contract (`allowance`, `getApproved`, `isApprovedForAll`); `None` if it does not return
    /// one.
    pub before: Option<Grant>,
    /// Grant after.
    pub after: Option<Grant>,
    /// Grant of the last event if it contradicts `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Grant>,
    /// False if the contract contradicts its event.
    pub agrees: bool,
}

/// Grant of the last event of an approval.
#[derive(Clone, Copy, Debug, Default)]
struct Claim {
    granted: Option<Grant>,
    /// True if the approval may have been spent from since, possibly without an event.
    is_spent: bool,
}

impl Claim {
    /// Returns true if `found`, the contract's grant, agrees with the last event.
    fn agrees(&self, found: Option<Grant>) -> bool {
        let Some(claimed) = self.granted else {
            return true;
        };
        let is_spending = match (claimed, found) {
            (Grant::Amount(granted), Some(Grant::Amount(left)))
            | (
                Grant::Until {
                    amount: granted, ..
                },
                Some(Grant::Until { amount: left, .. }),
            ) => left <= granted,
            (Grant::Account(_), Some(Grant::Account(left))) => left.is_zero(),
            _ => true,
        };
        (self.is_spent && is_spending) || found.is_some_and(|found| is_same(claimed, found))
    }
}

/// Queries of all approvals that the logs and the candidates name.
#[derive(Debug)]
pub(super) struct ApprovalQueries<'l> {
    logs: Vec<&'l Readings>,
    claims: BTreeMap<Approval, Claim>,
}

impl<'l> ApprovalQueries<'l> {
    /// Returns the queries of all readings of `logs`, and of `candidates`.
    pub(super) fn new(
        logs: impl IntoIterator<Item = &'l Readings>,
        candidates: &Candidates,
    ) -> Self {
        let logs: Vec<_> = logs.into_iter().collect();
        let mut claims = BTreeMap::<Approval, Claim>::new();
        for event in logs.iter().flat_map(|readings| readings.iter().flatten()) {
            if let TokenEvent::Approved { approval, .. } = event {
                claims.entry(*approval).or_default();
            }
        }
        for (approval, is_spent) in &candidates.approvals {
            claims.entry(*approval).or_default().is_spent |= is_spent;
        }
        Self { logs, claims }
    }

    /// Reads all grants on the state of `reader`.
    pub(super) fn read(
        &self,
        reader: &mut ContractReader<'_, '_>,
    ) -> Result<Vec<Option<Grant>>, ReportError> {
        let keys = self.claims.keys();
        keys.map(|approval| token::grant(reader, *approval))
            .collect()
    }

    /// Returns the changes, by what was read `before` and `after`.
    pub(super) fn changes(
        mut self,
        before: Vec<Option<Grant>>,
        after: Vec<Option<Grant>>,
    ) -> Vec<ApprovalChange> {
        let keys = self.claims.keys().copied();
        let found: BTreeMap<_, _> = keys.zip(before.into_iter().zip(after)).collect();
        for readings in self.logs {
            for event in best_reading(readings, |event| support(&found, event)) {
                if let TokenEvent::Approved { approval, grant } = event {
                    self.claims.entry(*approval).or_default().granted = Some(*grant);
                }
            }
        }
        let approvals = self.claims.into_iter().zip(found.into_values());
        let changes = approvals.filter_map(|((approval, claim), (before, after))| {
            let (before, after) = (normalized(approval, before), normalized(approval, after));
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

/// Returns the support of the observed grants for an event: a changed grant has the most, then one that equals the
/// event's.
fn support(found: &BTreeMap<Approval, (Option<Grant>, Option<Grant>)>, event: &TokenEvent) -> u64 {
    let TokenEvent::Approved { approval, grant } = event else {
        return 0;
    };
    let (before, after) = found.get(approval).copied().unwrap_or_default();
    let is_changed = differs(normalized(*approval, before), normalized(*approval, after));
    let is_granted = after.is_some_and(|after| is_same(*grant, after));
    match (is_changed, is_granted) {
        (true, true) => 4,
        (true, false) => 3,
        (false, true) => 2,
        (false, false) => after.is_some().into(),
    }
}

/// Returns true if two grants differ. A contract that returns no grant grants nothing: an account without code has
/// an empty grant, and may have none once it has code.
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

/// Returns the grant of a contract. Most ERC-721 contracts return none for a token that does not exist.
fn normalized(approval: Approval, grant: Option<Grant>) -> Option<Grant> {
    match approval {
        Approval::Erc721 { .. } => grant.or(Some(Grant::Account(Address::ZERO))),
        _ => grant,
    }
}

/// Returns true if two grants are equal. Permit2 replaces an expiration of zero by the block's time, so only amounts
/// are compared.
fn is_same(claimed: Grant, found: Grant) -> bool {
    match (claimed, found) {
        (Grant::Until { amount, .. }, Grant::Until { amount: found, .. }) => amount == found,
        _ => claimed == found,
    }
}
