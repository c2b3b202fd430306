//! Gas estimates and access lists.

use super::scenario::{CONTRACT, RICH, estimate, lacks_funds, request, returning, slot, world};
use alloy_primitives::{B256, U256, address, hex};
use parevm_simulate::{CallLimits, Overrides, Simulation};
use serde_json::{Value, json};

#[test]
fn a_plain_transfer_is_estimated_exactly() {
    let to = address!("00000000000000000000000000000000000000bb");
    let gas = |fields: Value| estimate(&[], fields);
    assert_eq!(gas(json!({ "to": to })).unwrap(), 21_000);
    let paid = json!({ "to": to, "from": RICH, "value": "0x1", "gasPrice": "0x7" });
    assert_eq!(gas(paid).unwrap(), 21_000);
    // Data of ten zeros: the floor of EIP-7623 is 10 per token.
    let data = gas(json!({ "to": to, "data": "0x00000000000000000000" })).unwrap();
    assert!((21_100..=21_416).contains(&data), "{data}");
}

#[test]
fn an_estimate_suffices_and_is_at_most_a_little_too_high() {
    // Reverts unless there are 300,000 gas: GAS, PUSH3 300000, LT, PUSH1 14, JUMPI, 0, 0, REVERT, STOP.
    let hungry = hex!("5a620493e010600e5760006000fd5b00");
    let (block, state) = world(&hungry);
    let limits = CallLimits::default();
    let simulation = Simulation::new(&block, &state, &Overrides::default(), limits).unwrap();
    let gas = simulation.estimate_gas(&request(json!({}))).unwrap();
    let succeeds = |gas: u64| {
        let request = request(json!({ "gas": format!("{gas:#x}") }));
        simulation.call(&request).is_ok()
    };
    assert!(succeeds(gas), "{gas}");
    assert!(!succeeds(gas * 985 / 1_000), "{gas}");
}

#[test]
fn an_estimate_is_bounded_by_what_the_sender_can_pay() {
    let code = returning(&[0x47]);
    let price = |price: u64| json!({ "from": RICH, "gasPrice": format!("{price:#x}") });
    assert!(estimate(&code, price(1_000_000_000)).is_ok());
    // One ether pays 20,000 gas at this price.
    let error = estimate(&code, price(50_000_000_000_000)).unwrap_err();
    assert_eq!(error.to_string(), "gas required exceeds allowance (20000)");
    let all = json!({ "from": RICH, "gasPrice": "0x7", "value": "0xde0b6b3a7640000" });
    let error = estimate(&code, all).unwrap_err();
    assert!(lacks_funds(&error), "{error:?}");
}

#[test]
fn an_access_list_holds_what_the_call_accesses_and_saves_gas() {
    // BALANCE of the sender's neighbour, SLOAD of slot 5.
    let code = [&hex!("61bbbb3150")[..], &slot(5)].concat();
    let (block, state) = world(&code);
    let limits = CallLimits::default();
    let simulation = Simulation::new(&block, &state, &Overrides::default(), limits).unwrap();
    let result = simulation
        .create_access_list(&request(json!({ "from": RICH })))
        .unwrap();
    let expected = json!([
        { "address": "0x000000000000000000000000000000000000bbbb", "storageKeys": [] },
        { "address": CONTRACT, "storageKeys": [B256::from(U256::from(5))] },
    ]);
    let mut found = serde_json::to_value(&result.access_list).unwrap();
    found
        .as_array_mut()
        .unwrap()
        .sort_by_key(|item| item["address"] != "0x000000000000000000000000000000000000bbbb");
    assert_eq!(found, expected);
    assert_eq!(result.error, None);
    // 21,000, two addresses and a key of the list, a warm account, a warm slot, and the rest of the code.
    assert_eq!(
        result.gas_used,
        U256::from(21_000 + 2 * 2_400 + 1_900 + 100 + 100 + 3 + 2 + 3 + 3 + 6 + 3 + 3)
    );
}
