//! Comparison of two outcomes of one block.

use parevm::{
    BlockOutcome,
    state::{AccountChange, StateDiff},
};
use std::fmt::Debug;

/// Returns the first difference between two outcomes in words, or `None` if they are equal. Ignores the reports.
#[must_use]
pub fn difference(left: &BlockOutcome, right: &BlockOutcome) -> Option<String> {
    if left.receipts.len() != right.receipts.len() {
        return Some(format!(
            "{} and {} receipts",
            left.receipts.len(),
            right.receipts.len()
        ));
    }
    for (one, other) in left.receipts.iter().zip(&right.receipts) {
        let at = |field: &str| format!("receipt {}: {field}", one.index);
        let found = of(&at("success"), &one.success, &other.success)
            .or_else(|| of(&at("gas used"), &one.gas_used, &other.gas_used))
            .or_else(|| of(&at("logs"), &one.logs, &other.logs))
            .or_else(|| of(&at("rest"), one, other));
        if found.is_some() {
            return found;
        }
    }
    of("gas used", &left.gas_used, &right.gas_used)
        .or_else(|| of("blob gas used", &left.blob_gas_used, &right.blob_gas_used))
        .or_else(|| of("logs bloom", &left.logs_bloom, &right.logs_bloom))
        .or_else(|| of("receipts root", &left.receipts_root, &right.receipts_root))
        .or_else(|| of("requests hash", &left.requests_hash, &right.requests_hash))
        .or_else(|| {
            of(
                "state is complete",
                &left.is_state_complete,
                &right.is_state_complete,
            )
        })
        .or_else(|| diff_difference(&left.state_diff, &right.state_diff))
}

fn diff_difference(left: &StateDiff, right: &StateDiff) -> Option<String> {
    for (address, change) in left.sorted_accounts() {
        let Some(other) = right.accounts.get(&address) else {
            return Some(format!(
                "account {address}: changed only on the left, {change:?}"
            ));
        };
        if change != other {
            return account_difference(&format!("account {address}"), change, other);
        }
    }
    if let Some((address, change)) = right
        .sorted_accounts()
        .into_iter()
        .find(|(address, _)| !left.accounts.contains_key(address))
    {
        return Some(format!(
            "account {address}: changed only on the right, {change:?}"
        ));
    }
    let hashes = |diff: &StateDiff| {
        let mut hashes: Vec<_> = diff.codes.keys().copied().collect();
        hashes.sort();
        hashes
    };
    of("codes", &hashes(left), &hashes(right))
        .or_else(|| (left != right).then(|| "a code".to_owned()))
}

fn account_difference(at: &str, left: &AccountChange, right: &AccountChange) -> Option<String> {
    of(at, &left.account, &right.account)
        .or_else(|| {
            of(
                &format!("{at}: storage reset"),
                &left.storage_reset,
                &right.storage_reset,
            )
        })
        .or_else(|| {
            let mut keys = left.slots.keys().chain(right.slots.keys());
            let key = keys.find(|key| left.slots.get(*key) != right.slots.get(*key))?;
            of(
                &format!("{at}: slot {key:#x}"),
                &left.slots.get(key),
                &right.slots.get(key),
            )
        })
}

fn of<T: PartialEq + Debug>(field: &str, left: &T, right: &T) -> Option<String> {
    (left != right).then(|| format!("{field}: {left:?} and {right:?}"))
}
