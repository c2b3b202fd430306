//! What lies beside the files of this suite.

use alloy_primitives::hex;
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;

/// Genesis file, blocks and schemas, which every file of the suite needs.
///
/// The suite reads a file packed with them, `{ "beside": { name: text }, "text": ... }`, so that a host
/// hands over one text here as in any suite. Bytes that are no text are in hexadecimal. The same packing
/// stands in `scripts/conformance/beside.mjs`.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    files: BTreeMap<String, String>,
}

impl Beside {
    /// True when a file of this name belongs to it.
    #[must_use]
    pub fn has(name: &str) -> bool {
        let is_schema = name.starts_with("spec/") && name.ends_with(".yaml");
        is_schema || matches!(name, "genesis.json" | "chain.rlp")
    }

    /// Adds a file.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        let text = match name.ends_with(".rlp") {
            true => hex::encode_prefixed(bytes),
            false => String::from_utf8_lossy(bytes).into_owned(),
        };
        self.files.insert(name.to_owned(), text);
    }

    /// All files in one text, for [`pack`].
    #[must_use]
    pub fn joined(&self) -> Box<RawValue> {
        serde_json::value::to_raw_value(&self.files).unwrap_or_else(|_| RawValue::NULL.to_owned())
    }
}

/// A file as the suite reads it.
#[must_use]
pub fn pack(beside: &RawValue, text: &[u8]) -> Vec<u8> {
    let text: Value = json!(String::from_utf8_lossy(text));
    format!(r#"{{"beside":{beside},"text":{text}}}"#).into_bytes()
}
