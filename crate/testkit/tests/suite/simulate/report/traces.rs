//! Created contracts, touched slots and access lists.

use super::scenario::{ALICE, BOB, GO, Scenario, TOKEN, number};
use alloy_primitives::{B256, Bytes, U256, hex};
use parevm_testkit::scripted_contract::ScriptedContract;
use serde_json::json;

#[test]
fn created_contracts_are_reported() {
    // RETURN of two bytes of code.
    let init = hex!("60026000f3");
    let code = ScriptedContract::default()
        .on(GO, |act| act.create(&init, None).create(&init, Some(9)))
        .code();
    let report = Scenario::new().with(TOKEN, code).go();
    let salt = number(9);
    assert_eq!(
        report["calls"][0]["contractsCreated"],
        json!([
            { "address": TOKEN.create(1), "creator": TOKEN, "by": "CREATE", "codeSize": 2 },
            {
                "address": TOKEN.create2_from_code(salt, init),
                "creator": TOKEN, "by": "CREATE2", "codeSize": 2,
            },
        ])
    );
    let report =
        Scenario::new().report(json!({ "calls": [{ "from": ALICE, "data": Bytes::from(init) }] }));
    let created = &report["calls"][0]["contractsCreated"][0];
    assert_eq!(created["address"], json!(ALICE.create(0)));
    assert_eq!(created["creator"], json!(ALICE));
}

#[test]
fn touched_slots_and_the_access_list_are_reported() {
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let act = act.store(U256::from(1), U256::from(9));
            act.raw(&hex!("60025450")).call(BOB, 0, &[]) // SLOAD of slot 2
        })
        .code();
    let report = Scenario::new().with(TOKEN, code).go();
    let call = &report["calls"][0];
    assert_eq!(
        call["storageTouched"],
        json!([{ "address": TOKEN, "reads": [number(2)], "writes": [number(1)] }])
    );
    assert_eq!(
        call["accessList"],
        json!([
            { "address": TOKEN, "storageKeys": [number(1), number(2)] },
            { "address": BOB, "storageKeys": [] },
        ])
    );
    assert_eq!(
        call["stateDiff"][0]["storage"],
        json!([{ "slot": number(1), "before": B256::ZERO, "after": number(9) }])
    );
}
