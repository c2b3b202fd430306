//! Requests whose errors the tests compare with geth's.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

pub(super) const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

pub(super) const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

/// Account without funds.
pub(super) const POOR: &str = "0x1111111111111111111111111111111111111111";

pub(super) const CHECKSUMMED: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

pub(super) fn node() -> Conversation {
    Conversation::new(json!({}))
}

/// Returns a request of Alice to Bob with `fields`.
pub(super) fn request(fields: Value) -> Value {
    let mut request = json!({ "from": ALICE, "to": BOB });
    for (field, value) in fields.as_object().unwrap() {
        request[field] = value.clone();
    }
    request
}

/// Returns code and message of the error.
pub(super) fn refused(talk: &mut Conversation, method: &str, params: Value) -> (i32, String) {
    let error = talk.refused(method, params);
    (error.code.number(), error.message)
}

pub(super) fn hash(first_byte: &str) -> String {
    format!("0x{first_byte}{}", "00".repeat(31))
}

/// Returns the request, signed.
pub(super) fn signed(talk: &mut Conversation, fields: Value) -> Value {
    let mut request = request(json!({
        "gas": "0x5208", "maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x1", "nonce": "0x0",
    }));
    for (field, value) in fields.as_object().unwrap() {
        request[field] = value.clone();
    }
    talk.ask("eth_signTransaction", json!([request]))
}
