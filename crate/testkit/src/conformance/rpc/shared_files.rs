//! Files that all files of this suite share.

use alloy_primitives::hex;
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;

/// Genesis file, blocks and schemas, which every file of the suite needs.
///
/// The input of the suite is a file packed with them, `{ "beside": { name: text }, "text": ... }`: one text, as in any suite.
/// Binary files are in hexadecimal. `scripts/conformance/beside.mjs` has the same format.
#[derive(Clone, Debug, Default)]
pub struct SharedFiles {
    files: BTreeMap<String, String>,
}

impl SharedFiles {
    /// Returns true if a file of this name is a shared file.
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

    /// Returns all files as one text, for [`pack`].
    #[must_use]
    pub fn joined(&self) -> Box<RawValue> {
        serde_json::value::to_raw_value(&self.files).unwrap_or_else(|_| RawValue::NULL.to_owned())
    }
}

/// Packs a file with the shared files, for the suite.
#[must_use]
pub fn pack(beside: &RawValue, text: &[u8]) -> Vec<u8> {
    let text: Value = json!(String::from_utf8_lossy(text));
    format!(r#"{{"beside":{beside},"text":{text}}}"#).into_bytes()
}
