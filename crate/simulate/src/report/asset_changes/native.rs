//! Changes of the native currency.

use super::AssetChange;
use crate::report::{
    Delta, Fee, ReportError, reader::ContractReader, state_diff::AccountDiff, token::Asset,
};
use alloy_primitives::U256;
use std::collections::BTreeMap;

/// Returns the changes of the native currency: those of the state without the fees.
pub(super) fn native_changes(
    diff: &[AccountDiff],
    fees: &[Fee],
    after: &mut ContractReader<'_, '_>,
) -> Result<Vec<AssetChange>, ReportError> {
    let mut changes = Vec::new();
    let mut push = |account, before: U256, after: U256, fee: Option<&Fee>| {
        let change = match fee.map(|fee| fee.change) {
            None => Delta::between(before, after),
            Some(fee) if fee.is_loss => Delta::between(before, after.saturating_add(fee.amount)),
            Some(fee) => Delta::between(before.saturating_add(fee.amount), after),
        };
        if !change.is_zero() {
            changes.push(AssetChange {
                account,
                asset: Asset::Native,
                before: Some(before),
                after: Some(after),
                change,
                claimed: None,
                agrees: true,
            });
        }
    };
    let mut unmatched: BTreeMap<_, _> = fees.iter().map(|fee| (fee.account, fee)).collect();
    for account in diff {
        if let Some(balance) = &account.balance {
            let fee = unmatched.remove(&account.address);
            push(account.address, balance.before, balance.after, fee);
        }
    }
    // Accounts whose transfers equal their fee, so that the state shows no change.
    for (account, fee) in unmatched {
        let balance = after.native_balance(account)?;
        push(account, balance, balance, Some(fee));
    }
    Ok(changes)
}
