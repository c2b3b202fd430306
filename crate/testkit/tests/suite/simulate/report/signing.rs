//! Gas limits, fees and warnings: what a wallet signs with.

use super::scenario::{ALICE, BOB, CAROL, GO, Scenario, TOKEN};
use alloy_genesis::Genesis;
use alloy_primitives::{Bytes, U256, hex};
use parevm::state::StateSource;
use parevm_node::{Chain, rpc};
use parevm_testkit::scripted_contract::ScriptedContract;
use serde_json::{Value, json};

/// Stores into a slot: 20,000 gas, 2,100 of a cold slot, and a little.
fn storing() -> Scenario {
    let code = ScriptedContract::default()
        .on(GO, |act| act.store(U256::from(1), U256::from(9)))
        .code();
    Scenario::new().with(TOKEN, code)
}

fn quantity(value: &Value) -> u64 {
    let text = value.as_str().unwrap().trim_start_matches("0x");
    u64::from_str_radix(text, 16).unwrap()
}

#[test]
fn the_reported_gas_limit_suffices() {
    let world = storing();
    let call =
        |gas: Value| json!({ "from": ALICE, "to": TOKEN, "data": Bytes::from(GO), "gas": gas });
    let report = world.report(json!({ "calls": [call(Value::Null)] }));
    let (used, limit) = (quantity(&report["gasUsed"]), quantity(&report["gasLimit"]));
    assert_eq!(report["calls"][0]["gasLimit"], report["gasLimit"]);
    assert!(
        used <= limit && limit <= used + used / 50 + 1,
        "{used} {limit}"
    );
    let again = world.report(json!({ "calls": [call(report["gasLimit"].clone())] }));
    assert_eq!(again["status"], "success");
    let less = format!("{:#x}", used - 1);
    let failed = world.report(json!({ "calls": [call(json!(less))] }));
    assert_eq!(failed["status"], "failure");
    assert_eq!(failed["gasLimit"], Value::Null);

    // Each on top of the one before: the second finds the slot as it leaves it.
    let report = world.report(json!({ "calls": [
        call(Value::Null), call(Value::Null), { "from": ALICE, "to": BOB },
    ] }));
    let limits: Vec<u64> = (0..3)
        .map(|at| quantity(&report["calls"][at]["gasLimit"]))
        .collect();
    assert!(limits[0] > limits[1] + 15_000, "{limits:?}");
    assert_eq!(limits[2], 21_000);
    assert_eq!(quantity(&report["gasLimit"]), limits.iter().sum::<u64>());
}

#[test]
fn the_fee_is_at_the_price_of_the_request_or_the_base_fee() {
    let fee = |fields: Value| {
        let mut call = json!({ "from": ALICE, "to": CAROL });
        call.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let report = Scenario::new().report(json!({ "calls": [call] }));
        assert_eq!(report["status"], "success", "{report}");
        assert_eq!(report["calls"][0]["fee"], report["fee"]);
        report["fee"].clone()
    };
    let hex = |fee: u64| json!(format!("{fee:#x}"));
    // The base fee is 7.
    assert_eq!(fee(json!({})), hex(21_000 * 7));
    assert_eq!(fee(json!({ "gasPrice": "0x9" })), hex(21_000 * 9));
    let fees = json!({ "maxFeePerGas": "0x14", "maxPriorityFeePerGas": "0x2" });
    assert_eq!(fee(fees), hex(21_000 * 9));
    // 131,072 blob gas at 1 wei.
    let blobs = json!({ "blobCount": "0x1", "maxFeePerBlobGas": "0x5", "gasPrice": null });
    assert_eq!(fee(blobs), hex(21_000 * 7 + 131_072));
    assert_eq!(
        fee(json!({ "blobCount": "0x2" })),
        hex(21_000 * 7 + 2 * 131_072)
    );
}

/// Blocks that are empty have lower base fees.
#[test]
fn a_call_without_a_price_costs_the_base_fee_of_the_next_block() {
    let mut genesis = Genesis {
        base_fee_per_gas: Some(1_000_000_000),
        gas_limit: 30_000_000,
        ..Genesis::default()
    };
    genesis.config.london_block = Some(0);
    let chain = Chain::from_genesis(&genesis).unwrap();
    let simulate = |overrides: Value| {
        let bundle = json!({ "calls": [{ "to": BOB }] });
        let params = [bundle, json!("latest"), Value::Null, overrides];
        let report = rpc::call(&chain, "parevm_simulate", &params).unwrap();
        report.parse::<Value>().unwrap()["fee"].clone()
    };
    let hex = |fee: u64| json!(format!("{fee:#x}"));
    assert_eq!(simulate(Value::Null), hex(21_000 * 875_000_000));
    assert_eq!(simulate(json!({ "baseFeePerGas": "0x5" })), hex(21_000 * 5));
}

#[test]
fn a_call_with_a_price_and_no_gas_limit_has_the_gas_that_its_sender_can_pay() {
    let mut world = storing();
    let mut alice = world.state.account(ALICE).unwrap().unwrap();
    // Enough for 100,000 gas.
    alice.balance = U256::from(100_000 * 20);
    world.state.insert_account(ALICE, alice);
    let report = world.report(json!({ "calls": [{
        "from": ALICE, "to": TOKEN, "data": Bytes::from(GO), "maxFeePerGas": "0x14",
    }] }));
    assert_eq!(report["status"], "success", "{report}");
    let call = json!({ "from": CAROL, "to": TOKEN, "maxFeePerGas": "0x14", "value": "0x1" });
    let report = world.report(json!({ "calls": [call] }));
    assert_eq!(report["calls"][0]["failure"]["kind"], "invalid");
}

#[test]
fn a_call_that_a_block_would_reject_has_warnings() {
    let world = Scenario::new();
    let warnings = |fields: Value| {
        let mut call = json!({ "from": ALICE, "to": BOB });
        call.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let report = world.report(json!({ "calls": [{ "from": ALICE, "to": BOB }, call] }));
        assert_eq!(report["status"], "success");
        let list = report["calls"][1]["warnings"].as_array().unwrap();
        let text = |warning: &Value| {
            let kind = warning["kind"].as_str().unwrap();
            format!("{kind}: {}", warning["message"].as_str().unwrap())
        };
        list.iter().map(text).collect::<Vec<_>>()
    };
    assert!(warnings(json!({})).is_empty());
    assert!(warnings(json!({ "nonce": "0x1", "gas": "0x5208" })).is_empty());
    assert_eq!(
        warnings(json!({ "nonce": "0x0" })),
        [format!(
            "nonce: nonce too low: address {ALICE}, tx: 0 state: 1"
        )]
    );
    assert_eq!(
        warnings(json!({ "nonce": "0x3" })),
        [format!(
            "nonce: nonce too high: address {ALICE}, tx: 3 state: 1"
        )]
    );
    assert_eq!(
        warnings(json!({ "gas": "0x1000001" })),
        ["transactionGas: transaction gas limit too high (cap: 16777216, tx: 16777217)"]
    );
    assert_eq!(
        warnings(json!({ "gas": "0x3b9aca00" })),
        [
            "blockGas: exceeds block gas limit: 1000000000 > 30000000",
            "transactionGas: transaction gas limit too high (cap: 16777216, tx: 1000000000)",
            "triedGas: tried with 50000000 gas instead of 1000000000",
        ]
    );

    // Reverts with less than 20,000,000 gas: GAS, PUSH4, LT, PUSH1 13, JUMPI, REVERT, JUMPDEST.
    let greedy = Scenario::new().with(TOKEN, hex!("5a6301312d0010600d575f5ffd5b00").into());
    let report = greedy.report(json!({ "calls": [{ "from": ALICE, "to": TOKEN }] }));
    assert_eq!(report["status"], "success");
    assert_eq!(report["gasLimit"], Value::Null);
    assert_eq!(
        report["calls"][0]["warnings"],
        json!([{ "kind": "gasLimit", "message": "execution reverted" }])
    );
}
