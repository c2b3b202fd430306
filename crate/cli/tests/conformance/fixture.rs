//! Fixture of the suite `state`.

use serde_json::{Value, json};

pub(crate) const SENDER: &str = "0x00000000000000000000000000000000000000aa";
pub(crate) const CONTRACT: &str = "0x00000000000000000000000000000000000000cc";
pub(crate) const MINER: &str = "0x00000000000000000000000000000000000000bb";
pub(crate) const CASE: &str = "a call that stores";
pub(crate) const ROOT: &str = "0x3662f5d5444274e2f7a29fff95ec4c3d3bb83c8298b98b51d2ca1242efab913f";

/// Returns a call of a contract that stores 5 in slot 1 and logs nothing, under Shanghai.
pub(crate) fn fixture() -> Value {
    let account = |nonce: &str, balance: &str, code: &str, storage: Value| json!({ "nonce": nonce, "balance": balance, "code": code, "storage": storage });
    // PUSH1 5, PUSH1 1, SSTORE
    let code = "0x6005600155";
    let post = json!({
        "hash": ROOT,
        // keccak256 of the empty list
        "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
        "indexes": { "data": 0, "gas": 1, "value": 0 },
        "state": {
            // 43,106 gas: 21,000, two pushes, and 22,100 for a cold slot that was zero. 10 wei each.
            SENDER: account("0x01", "0x056bc75e2d63096c25", "0x", json!({})),
            CONTRACT: account("0x01", "0x07", code, json!({ "0x01": "0x05" })),
            // 3 wei of each go to the miner: 7 are burnt.
            MINER: account("0x00", "0x01f926", "0x", json!({})),
        },
    });
    json!({ CASE: {
        "env": {
            "currentCoinbase": MINER,
            "currentGasLimit": "0x01c9c380",
            "currentNumber": "0x01",
            "currentTimestamp": "0x03e8",
            "currentDifficulty": "0x00",
            "currentBaseFee": "0x07",
            "currentRandom": "0x0000000000000000000000000000000000000000000000000000000000000000",
        },
        "pre": {
            SENDER: account("0x00", "0x056bc75e2d63100000", "0x", json!({})),
            CONTRACT: account("0x01", "0x00", code, json!({})),
        },
        "transaction": {
            "nonce": "0x00",
            "gasPrice": "0x0a",
            "gasLimit": ["0x5208", "0x0186a0"],
            "to": CONTRACT,
            "value": ["0x07"],
            "data": ["0x"],
            "sender": SENDER,
        },
        "post": { "Shanghai": [post] },
        "config": { "chainid": "0x01" },
    } })
}

/// Returns the fixture with `value` at a JSON pointer in its case.
pub(crate) fn changed(pointer: &str, value: Value) -> String {
    let mut fixture = fixture();
    *fixture[CASE].pointer_mut(pointer).unwrap() = value;
    fixture.to_string()
}
