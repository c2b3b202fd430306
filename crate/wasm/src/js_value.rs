//! Plain JavaScript data from Rust values.

use serde::Serialize;
use wasm_bindgen::JsValue;

/// Returns `value` as plain JavaScript data: `bigint` for integers of 64 bits and more, `null` for `None`.
///
/// # Errors
///
/// [`serde_wasm_bindgen::Error`]: `value` cannot be serialized.
pub(crate) fn serialize<T: Serialize>(value: &T) -> Result<JsValue, serde_wasm_bindgen::Error> {
    let serializer = serde_wasm_bindgen::Serializer::new()
        .serialize_missing_as_null(true)
        .serialize_maps_as_objects(true)
        .serialize_large_number_types_as_bigints(true);
    value.serialize(&serializer)
}
