//! Replies: results as JavaScript receives them.

use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::error::WireError;
use crate::js_value;

/// Returns a result as plain JavaScript data, see [`js_value::serialize`].
pub(crate) fn to_js<T: Serialize>(value: &T) -> Result<JsValue, WireError> {
    js_value::serialize(value)
        .map_err(|error| WireError::bug(format!("a result cannot be serialized: {error}")))
}
