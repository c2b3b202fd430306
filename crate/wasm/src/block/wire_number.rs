//! Numbers as they cross to JavaScript.

use alloy_primitives::U256;
use serde::Serializer;

/// Serializes a `number`, which is exact below 2^53: nonces, heights, gas and times are.
#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
pub(crate) fn number<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(*value as f64)
}

/// Serializes a `bigint`.
pub(crate) fn bigint<S: Serializer>(value: &U256, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(small) = u128::try_from(*value) {
        return serializer.serialize_u128(small);
    }
    let value = js_sys::BigInt::new(&value.to_string().into());
    serde_wasm_bindgen::preserve::serialize(&value.unwrap_or_default(), serializer)
}
