//! Gas prices of a transaction whose request has none.

use crate::CallRequest;
use parevm::vm::SpecId;

/// Suggested tip, in wei per gas.
pub const SUGGESTED_TIP: u64 = 1_000_000_000;

/// Sets the fees that `request` does not have, so that `base_fee` (wei per gas) may double until the transaction
/// is in a block: `setFeeDefaults` of geth's `internal/ethapi/transaction_args.go`. A request of an older
/// transaction type gets the single gas price of that type.
pub fn set_open_fees(request: &mut CallRequest, spec: SpecId, base_fee: u64) {
    let suggested = u128::from(SUGGESTED_TIP);
    if request.has_eip4844_fields() && request.max_fee_per_blob_gas.is_none() {
        request.max_fee_per_blob_gas = Some(suggested);
    }
    if request.gas_price.is_some() {
        return;
    }
    let max_fee = request.max_fee_per_gas;
    let has_fee = max_fee.is_some() || request.max_priority_fee_per_gas.is_some();
    let is_legacy = matches!(request.transaction_type, Some(0 | 1)) && !has_fee;
    if is_legacy || !spec.is_enabled_in(SpecId::LONDON) {
        request.gas_price = Some(u128::from(base_fee).saturating_add(suggested));
        return;
    }
    let tip = *request
        .max_priority_fee_per_gas
        .get_or_insert(max_fee.map_or(suggested, |max_fee| suggested.min(max_fee)));
    let doubled = u128::from(base_fee).saturating_mul(2);
    request.max_fee_per_gas = Some(max_fee.unwrap_or_else(|| doubled.saturating_add(tip)));
}
