//! Bundles of several calls, and unsigned calls.

use super::scenario::{
    ALICE, BOB, CAROL, GO, Scenario, TOKEN, balance_of, changes, number, transfer,
};
use alloy_primitives::{Bytes, hex};
use parevm_testkit::scripted_contract::{ScriptedContract, answer_slot};
use serde_json::{Value, json};

#[test]
fn an_atomic_bundle_takes_effect_as_a_whole_or_not_at_all() {
    let failing = ScriptedContract::default().always(|act| act.revert(&[]));
    let world = Scenario::new().with(TOKEN, failing);
    let calls = json!([
        { "to": CAROL, "value": "0x5" },
        { "to": TOKEN },
        { "to": BOB, "value": "0x1" },
    ]);
    let statuses = |report: &Value| {
        let calls = report["calls"].as_array().unwrap().iter();
        calls
            .map(|call| call["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let report = world.report(json!({ "from": ALICE, "calls": calls, "atomic": true }));
    assert_eq!(report["status"], "failure");
    assert_eq!(report["failedCall"], 1);
    assert_eq!(statuses(&report), ["undone", "failure", "notRun"]);
    assert_eq!(report["assetChanges"], json!([]));
    assert_eq!(report["stateDiff"], json!([]));
    assert_eq!(changes(&report["calls"][0]).len(), 2);

    let report = world.report(json!({ "from": ALICE, "calls": calls }));
    assert_eq!(report["status"], "partial");
    assert_eq!(report["failedCall"], 1);
    assert_eq!(statuses(&report), ["success", "failure", "success"]);
    assert_eq!(
        changes(&report),
        [
            "Alice native 0xde0b6b3a7640000 0xde0b6b3a763fffa -0x6",
            "Bob native 0xde0b6b3a7640000 0xde0b6b3a7640001 0x1",
            "Carol native 0x0 0x5 0x5",
        ]
    );
    // 21,000 twice, and 21,006 of the one that reverts: two pushes.
    assert_eq!(report["gasUsed"], format!("{:#x}", 2 * 21_000 + 21_006));
    assert_eq!(report["stateDiff"][0]["nonce"]["after"], "0x3");

    let report = world.report(json!({ "from": ALICE, "calls": [{ "to": TOKEN }] }));
    assert_eq!(report["status"], "failure");
}

#[test]
fn a_call_executes_on_the_state_after_the_one_before() {
    let counter = ScriptedContract::default()
        .on(GO, |act| {
            let act = transfer(act, BOB, ALICE, 5);
            act.add_word(4, answer_slot(&balance_of(ALICE)))
        })
        .code();
    let world = Scenario::new().with(TOKEN, counter);
    let add = |amount: u64| {
        let data = [&GO[..], number(amount).as_slice()].concat();
        json!({ "to": TOKEN, "data": Bytes::from(data) })
    };
    let report = world.report(json!({ "from": ALICE, "calls": [add(5), add(5)] }));
    let of_alice = |report: &Value| changes(report)[0].clone();
    assert_eq!(of_alice(&report["calls"][0]), "Alice erc20 0x0 0x5 0x5");
    assert_eq!(of_alice(&report["calls"][1]), "Alice erc20 0x5 0xa 0x5");
    assert_eq!(of_alice(&report), "Alice erc20 0x0 0xa 0xa");
}

#[test]
fn the_parameters_of_wallet_send_calls_are_accepted() {
    let report = Scenario::new().report(json!({
        "version": "2.0.0",
        "id": "0x33",
        "from": ALICE,
        "chainId": "0x1",
        "atomicRequired": true,
        "calls": [{ "to": CAROL, "value": "0x5", "capabilities": {} }],
        "capabilities": { "paymasterService": { "url": "https://example.org", "optional": true } },
    }));
    assert_eq!(report["status"], "success");
    assert_eq!(changes(&report).len(), 2);
}

#[test]
fn an_unsigned_authorization_is_simulated() {
    let code = ScriptedContract::default()
        .on(GO, |act| act.call(CAROL, 5, &[]))
        .code();
    let world = Scenario::new().with(TOKEN, code);
    // Bob pays for Alice's delegation, then Alice signs and sends one herself.
    for (sender, nonce) in [(BOB, "0x1"), (ALICE, "0x2")] {
        let report = world.report(json!({ "calls": [{
            "from": sender, "to": ALICE, "data": Bytes::from(GO),
            "authorizationList": [{ "address": TOKEN, "authority": ALICE }],
        }] }));
        assert_eq!(
            changes(&report),
            [
                "Alice native 0xde0b6b3a7640000 0xde0b6b3a763fffb -0x5",
                "Carol native 0x0 0x5 0x5",
            ]
        );
        let alice = &report["stateDiff"][0];
        let delegated = [&hex!("ef0100"), TOKEN.as_slice()].concat();
        assert_eq!(
            alice["code"],
            json!({ "before": "0x", "after": Bytes::from(delegated) })
        );
        assert_eq!(alice["nonce"]["after"], nonce);
    }
    // One with another nonce has no effect.
    let report = world.report(json!({ "calls": [{
        "from": BOB, "to": ALICE, "data": Bytes::from(GO),
        "authorizationList": [{ "address": TOKEN, "authority": ALICE, "nonce": "0x7" }],
    }] }));
    assert_eq!(changes(&report), [] as [&str; 0]);
    let error = world.try_report(json!({ "calls": [{
        "to": ALICE, "authorizationList": [{ "address": TOKEN }],
    }] }));
    let error = error.unwrap_err();
    assert_eq!(error.code(), -32_602);
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.starts_with("authorizationList[0]: "), "{cause}");
}

#[test]
fn a_blob_transaction_is_simulated_without_its_blobs() {
    // Returns the hash of its second blob.
    let code = ScriptedContract::default().always(|act| {
        act.raw(&hex!("600149")) // PUSH1 1, BLOBHASH
            .raw(&hex!("60005260206000f3"))
    });
    let world = Scenario::new().with(TOKEN, code);
    let hash = "0x0100000000000000000000000000000000000000000000000000000000000002";
    let given = world.report(json!({ "calls": [{
        "from": ALICE, "to": TOKEN, "blobVersionedHashes": [hash.replace("02", "01"), hash],
    }] }));
    assert_eq!(given["calls"][0]["returnData"], hash);
    let counted = world.report(json!({ "calls": [{
        "from": ALICE, "to": TOKEN, "blobCount": "0x2",
    }] }));
    assert_eq!(counted["calls"][0]["returnData"], hash);
    let paid = world.report(json!({ "calls": [{
        "from": ALICE, "to": CAROL, "blobCount": "0x2", "maxFeePerBlobGas": "0x1",
    }] }));
    // 2 * 131,072 blob gas at 1 wei.
    assert_eq!(
        paid["calls"][0]["fees"],
        json!([{ "account": ALICE, "change": "-0x40000" }])
    );
    let many =
        world.report(json!({ "calls": [{ "from": ALICE, "to": TOKEN, "blobCount": "0x7" }] }));
    assert_eq!(many["calls"][0]["failure"]["kind"], "invalid");
}
