//! Log indices and transfers, as in geth's `internal/ethapi/logtracer.go`.

use super::support::{ALICE, CONTRACT, ETHER, HEIR, INNER, call, calls, logs, simulate, transfers};
use alloy_primitives::Address;
use serde_json::json;

#[test]
fn a_reverted_log_keeps_its_index() {
    // LOG0; CALL of a contract that logs and reverts; LOG0.
    let outer = format!("0x5f5fa0{}5f5fa0", call("f1", INNER));
    let accounts = json!({
        CONTRACT.to_string(): { "code": outer, "balance": "0x64" },
        INNER.to_string(): { "code": "0x5f5fa05f5ffd" },
        HEIR.to_string(): { "code": "0x5f5fa000" },
    });
    let asked = json!([{ "to": CONTRACT }, { "to": INNER }, { "to": HEIR }]);
    let ran = calls(accounts.clone(), asked.clone());
    assert_eq!(logs(&ran[0]), [(CONTRACT, 0), (CONTRACT, 2)]);
    assert_eq!(logs(&ran[1]), []);
    assert_eq!(ran[1]["logs"], json!([]));
    assert_eq!(logs(&ran[2]), [(HEIR, 4)]);
    // With transfers the one that is reverted counts, too; the next block begins at zero.
    let block = json!({ "stateOverrides": accounts, "calls": asked });
    let blocks = simulate(json!({
        "traceTransfers": true,
        "blockStateCalls": [block, { "calls": [{ "to": HEIR }] }],
    }));
    let ran = &blocks[0]["calls"];
    assert_eq!(logs(&ran[0]), [(CONTRACT, 0), (CONTRACT, 3)]);
    assert_eq!(logs(&ran[1]), []);
    assert_eq!(logs(&ran[2]), [(HEIR, 5)]);
    assert_eq!(logs(&blocks[1]["calls"][0]), [(HEIR, 0)]);
}

#[test]
fn a_log_below_a_reverted_frame_is_dropped_and_counted() {
    // CONTRACT calls INNER, which calls HEIR, which logs; INNER logs and reverts; CONTRACT logs.
    let accounts = json!({
        CONTRACT.to_string(): { "code": format!("0x{}5f5fa0", call("f1", INNER)), "balance": "0x64" },
        INNER.to_string(): { "code": format!("0x{}5f5fa05f5ffd", call("f1", HEIR)) },
        HEIR.to_string(): { "code": "0x5f5fa000" },
    });
    let ran = calls(accounts, json!([{ "to": CONTRACT }]));
    assert_eq!(logs(&ran[0]), [(CONTRACT, 2)]);
}

#[test]
fn calls_that_transfer_no_ether_have_no_transfer_log() {
    // 1 wei each by CALL, CALLCODE and DELEGATECALL; a creation with 2 wei that reverts.
    let code = format!(
        "0x{}{}{}635f5ffd005f526004601c6002f050",
        call("f1", INNER),
        call("f2", INNER),
        call("f4", INNER)
    );
    let accounts = json!({
        CONTRACT.to_string(): { "code": code, "balance": "0x64" },
        ALICE: { "balance": "0x64" },
    });
    let call = json!({ "from": ALICE, "to": CONTRACT, "value": "0x3" });
    let poor = json!({ "from": ALICE, "to": HEIR, "value": "0x1" });
    let blocks = simulate(json!({
        "traceTransfers": true,
        "blockStateCalls": [{ "stateOverrides": accounts, "calls": [call, poor] }],
    }));
    let alice: Address = ALICE.parse().unwrap();
    let ran = &blocks[0]["calls"];
    assert_eq!(
        transfers(&ran[0]),
        [(alice, CONTRACT, 3), (CONTRACT, INNER, 1)]
    );
    // The transfer of the creation has taken a number.
    assert_eq!(logs(&ran[0]), [(ETHER, 0), (ETHER, 1)]);
    assert_eq!(logs(&ran[1]), [(ETHER, 3)]);
}

#[test]
fn a_creation_and_a_selfdestruct_have_transfer_logs_in_the_order_of_geth() {
    // Init code that logs and returns nothing, with 2 wei: its transfer precedes its log.
    let creates = "0x635f5fa0005f526004601c6002f05000";
    // All of it to itself: a transfer, although nothing moves.
    let own = format!("0x73{INNER:x}ff");
    let accounts = json!({
        CONTRACT.to_string(): { "code": creates, "balance": "0x64" },
        INNER.to_string(): { "code": own, "balance": "0x7" },
    });
    let create = json!({ "from": ALICE, "input": format!("0x73{HEIR:x}ff"), "value": "0x9" });
    let blocks = simulate(json!({
        "traceTransfers": true,
        "blockStateCalls": [{
            "stateOverrides": accounts,
            "calls": [{ "to": CONTRACT }, { "to": INNER }, create],
        }],
    }));
    let ran = &blocks[0]["calls"];
    let created = CONTRACT.create(0);
    assert_eq!(logs(&ran[0]), [(ETHER, 0), (created, 1)]);
    assert_eq!(transfers(&ran[0]), [(CONTRACT, created, 2)]);
    assert_eq!(transfers(&ran[1]), [(INNER, INNER, 7)]);
    let alice: Address = ALICE.parse().unwrap();
    let contract = alice.create(0);
    assert_eq!(
        transfers(&ran[2]),
        [(alice, contract, 9), (contract, HEIR, 9)]
    );
}

#[test]
fn a_transfer_without_funds_takes_a_log_index() {
    // CALL with 1 wei by a contract without funds; LOG0.
    let code = format!("0x{}5f5fa0", call("f1", INNER));
    let accounts = json!({ CONTRACT.to_string(): { "code": code } });
    let blocks = simulate(json!({
        "traceTransfers": true,
        "blockStateCalls": [{ "stateOverrides": accounts, "calls": [{ "to": CONTRACT }] }],
    }));
    assert_eq!(logs(&blocks[0]["calls"][0]), [(CONTRACT, 1)]);
}
