//! Nonces, blobs and overrides, as in geth's `internal/ethapi/simulate.go`.

use super::support::{ALICE, CONTRACT, HEIR, LAST, calls, simulate};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

/// https://github.com/NethermindEth/nethermind/issues/9499
/// https://github.com/paradigmxyz/reth/issues/25079
#[test]
fn without_validation_the_nonce_wraps_around() {
    let accounts = json!({ ALICE: { "nonce": LAST } });
    let call = json!({ "from": ALICE, "to": HEIR });
    let payload = json!({
        "returnFullTransactions": true,
        "blockStateCalls": [{ "stateOverrides": accounts, "calls": [call, call] }, { "calls": [call] }],
    });
    let blocks = simulate(payload);
    let nonce = |block: usize, at: usize| blocks[block]["transactions"][at]["nonce"].clone();
    assert_eq!(
        (nonce(0, 0), nonce(0, 1), nonce(1, 0)),
        (json!(LAST), json!("0x0"), json!("0x1"))
    );
    for (block, at) in [(0, 0), (0, 1), (1, 0)] {
        assert_eq!(blocks[block]["calls"][at]["status"], "0x1");
    }
    // The nonce that a call names is not its sender's.
    let named = json!({ "from": ALICE, "to": HEIR, "nonce": LAST });
    let ran = calls(json!({}), json!([named, call]));
    assert_eq!(
        (&ran[0]["status"], &ran[1]["status"]),
        (&json!("0x1"), &json!("0x1"))
    );
}

/// https://github.com/NethermindEth/nethermind/issues/9499
#[test]
fn other_methods_ignore_nonces() {
    let mut talk = Conversation::new(json!({}));
    let accounts = json!({ ALICE: { "nonce": LAST } });
    let call = json!({ "from": ALICE, "to": HEIR, "nonce": LAST });
    for state in [json!({}), accounts.clone()] {
        talk.ask("eth_call", json!([call, "latest", state]));
        talk.ask("eth_estimateGas", json!([call, "latest", state]));
        talk.ask("eth_createAccessList", json!([call, "latest", state]));
        let options = json!({ "stateOverrides": state });
        talk.ask("debug_traceCall", json!([call, "latest", options]));
        let bundle = json!({ "calls": [call] });
        let report = talk.ask("parevm_simulate", json!([bundle, "latest", state]));
        assert_eq!(report["calls"][0]["status"], "success");
    }
    // The EVM rejects a creation by a sender with the last nonce.
    let create = json!({ "from": ALICE, "input": "0x00" });
    let error = talk.refused("eth_call", json!([create, "latest", accounts]));
    assert_eq!(error.message, "nonce uint64 overflow");
}

#[test]
fn a_creation_by_a_sender_with_the_last_nonce_fails_and_uses_the_intrinsic_gas() {
    let create = json!({ "from": ALICE, "input": "0x00", "value": "0x5" });
    let balance = json!({ "from": ALICE, "to": CONTRACT });
    let accounts = json!({
        ALICE: { "nonce": LAST, "balance": "0x64" },
        CONTRACT.to_string(): { "code": "0x33315f5260205ff3" },
    });
    let ran = calls(accounts, json!([create, balance]));
    // 21,000, 32,000 for a creation, 4 for a zero byte, 2 for a word of code.
    assert_eq!(ran[0]["gasUsed"], format!("{:#x}", 53_006));
    assert_eq!(ran[0]["status"], "0x0");
    assert_eq!(
        ran[0]["error"],
        json!({ "code": -32_015, "message": "nonce uint64 overflow" })
    );
    assert_eq!(ran[1]["returnData"], format!("0x{:064x}", 100));
}

#[test]
fn a_simulated_block_may_exceed_the_blob_limit_of_its_fork() {
    let blob = format!("0x01{}", "00".repeat(31));
    let call = json!({ "from": ALICE, "to": HEIR, "blobVersionedHashes": vec![blob; 6] });
    let blocks = simulate(json!({ "blockStateCalls": [{ "calls": [call, call] }] }));
    assert_eq!(blocks[0]["blobGasUsed"], format!("{:#x}", 12 * 131_072));
}

#[test]
fn overrides_apply_to_the_state_after_the_block_before() {
    let slot = |number: u64| format!("0x{number:064x}");
    // Returns slots 1 and 2, then sets slot 1 to 9.
    let code = "0x6001545f5260025460205260096001556040 5ff3".replace(' ', "");
    let call = json!({ "calls": [{ "to": CONTRACT }] });
    let with = |account: Value| {
        let mut block = call.clone();
        block["stateOverrides"] = json!({ CONTRACT.to_string(): account });
        block
    };
    let blocks = simulate(json!({ "blockStateCalls": [
        with(json!({ "code": code, "stateDiff": { slot(1): slot(1), slot(2): slot(2) } })),
        call,
        with(json!({ "stateDiff": { slot(2): slot(5) } })),
        with(json!({ "state": { slot(2): slot(6) } })),
        call,
    ] }));
    let returned = |block: usize| blocks[block]["calls"][0]["returnData"].clone();
    let words = |one: u64, two: u64| json!(format!("0x{one:064x}{two:064x}"));
    assert_eq!(returned(0), words(1, 2));
    assert_eq!(returned(1), words(9, 2));
    assert_eq!(returned(2), words(9, 5));
    assert_eq!(returned(3), words(0, 6));
    assert_eq!(returned(4), words(9, 6));
}
