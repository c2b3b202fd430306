//! Requests of `eth_simulateV1` and their results in short form.

use alloy_primitives::{Address, U256, address};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

pub(super) const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

pub(super) const CONTRACT: Address = address!("00000000000000000000000000000000000000cc");

pub(super) const INNER: Address = address!("00000000000000000000000000000000000000dd");

pub(super) const HEIR: Address = address!("00000000000000000000000000000000000000ee");

/// Address of the logs of transfers (ERC-7528).
pub(super) const ETHER: Address = Address::repeat_byte(0xee);

/// The highest nonce.
pub(super) const LAST: &str = "0xffffffffffffffff";

/// Returns the blocks of `payload` on a new chain.
pub(super) fn simulate(payload: Value) -> Value {
    Conversation::new(json!({})).ask("eth_simulateV1", json!([payload]))
}

/// Returns the calls of a block with these accounts.
pub(super) fn calls(accounts: Value, calls: Value) -> Vec<Value> {
    let block = json!({ "stateOverrides": accounts, "calls": calls });
    let blocks = simulate(json!({ "blockStateCalls": [block] }));
    blocks[0]["calls"].as_array().unwrap().clone()
}

pub(super) fn refused(payload: Value) -> (i32, String) {
    let error = Conversation::new(json!({})).refused("eth_simulateV1", json!([payload]));
    (error.code.number(), error.message)
}

/// CALL (f1), CALLCODE (f2) or DELEGATECALL (f4) of an account with 1 wei where the opcode has a value; POP.
pub(super) fn call(opcode: &str, to: Address) -> String {
    let value = if opcode == "f4" { "" } else { "6001" };
    format!("5f5f5f5f{value}73{to:x}5a{opcode}50")
}

/// Returns address and index of each log of a call.
pub(super) fn logs(call: &Value) -> Vec<(Address, u64)> {
    let logs = call["logs"].as_array().unwrap().iter().map(|log| {
        let address = serde_json::from_value(log["address"].clone()).unwrap();
        let index: U256 = serde_json::from_value(log["logIndex"].clone()).unwrap();
        (address, index.to())
    });
    logs.collect()
}

/// Returns sender, receiver and wei of each transfer log of a call.
pub(super) fn transfers(call: &Value) -> Vec<(Address, Address, u64)> {
    let logs = call["logs"].as_array().unwrap().iter();
    let logs = logs.filter(|log| log["address"] == json!(ETHER));
    let word = |value: &Value| -> U256 { serde_json::from_value(value.clone()).unwrap() };
    let address = |value: &Value| Address::from_word(word(value).into());
    logs.map(|log| {
        let topics = &log["topics"];
        let wei = U256::from_str_radix(log["data"].as_str().unwrap().trim_start_matches("0x"), 16);
        (address(&topics[1]), address(&topics[2]), wei.unwrap().to())
    })
    .collect()
}
