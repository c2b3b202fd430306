//! Contracts of `contract/odd-tokens.sol`, which deviate from their standards, and calls of them.

use super::scenario::{ALICE, OTHER, Scenario, TOKEN, data, number};
use alloy_primitives::{Address, B256, Bytes};
use serde_json::{Value, json};

const CODES: &str = include_str!("../../../../contract/odd-tokens.json");

/// Returns the code of a contract of `odd-tokens.sol`.
pub(super) fn code(name: &str) -> Bytes {
    let codes: Value = CODES.parse().unwrap();
    serde_json::from_value(codes[name].clone()).unwrap()
}

/// Returns the report of the last of Alice's calls of the token of this name; all must succeed.
pub(super) fn last(name: &str, calls: &[(Address, Vec<u8>)]) -> Value {
    let world = Scenario::new()
        .with(TOKEN, code(name))
        .with(OTHER, code("Agent"));
    let calls: Vec<_> = calls
        .iter()
        .map(|(to, data)| json!({ "to": to, "data": Bytes::from(data.clone()) }))
        .collect();
    let report = world.report(json!({ "from": ALICE, "calls": calls }));
    assert_eq!(report["status"], "success", "{report}");
    report["calls"][calls.len() - 1].clone()
}

pub(super) fn word(address: Address) -> B256 {
    address.into_word()
}

pub(super) fn call(signature: &str, words: &[B256]) -> (Address, Vec<u8>) {
    (TOKEN, data(signature, words))
}

/// Returns a call by the agent on behalf of Alice.
pub(super) fn by_agent(signature: &str, words: &[B256]) -> (Address, Vec<u8>) {
    let inner = data(signature, words);
    let head = [word(TOKEN), number(64), number(inner.len() as u64)];
    let mut outer = data("run(address,bytes)", &head);
    outer.extend(inner);
    outer.resize(outer.len().next_multiple_of(32) + 4, 0);
    (OTHER, outer)
}

pub(super) fn mint(amount: u64) -> (Address, Vec<u8>) {
    call("mint(address,uint256)", &[word(ALICE), number(amount)])
}

/// Returns the masks of indexed parameters, at most three of `count`.
pub(super) fn masks(count: u32) -> impl Iterator<Item = u64> {
    (0..1_u64 << count).filter(|mask| mask.count_ones() <= 3)
}
