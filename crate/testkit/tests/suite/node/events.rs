//! Polled filters and subscriptions.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const LOUD: &str = "0x00000000000000000000000000000000000000c0";
const TOPIC: &str = "0x0000000000000000000000000000000000000000000000000000000000000001";

/// A node with a contract that logs topic 1 when it is called.
fn started() -> Conversation {
    let mut talk = Conversation::new(json!({}));
    // PUSH1 1, PUSH0, PUSH0, LOG1.
    talk.ask("anvil_setCode", json!([LOUD, "0x60015f5fa1"]));
    talk
}

fn call(talk: &mut Conversation) -> Value {
    talk.ask(
        "eth_sendTransaction",
        json!([{ "from": ALICE, "to": LOUD }]),
    )
}

fn polled(talk: &mut Conversation, filter: &Value) -> Vec<Value> {
    let new = talk.ask("eth_getFilterChanges", json!([filter]));
    new.as_array().unwrap().clone()
}

#[test]
fn a_filter_gives_each_thing_once() {
    let mut talk = started();
    call(&mut talk);
    let blocks = talk.ask("eth_newBlockFilter", json!([]));
    let waiting = talk.ask("eth_newPendingTransactionFilter", json!([]));
    let logs = talk.ask(
        "eth_newFilter",
        json!([{ "address": LOUD, "topics": [TOPIC] }]),
    );
    let others = talk.ask("eth_newFilter", json!([{ "address": ALICE }]));
    assert!(polled(&mut talk, &blocks).is_empty());

    let hash = call(&mut talk);
    talk.ask("evm_mine", json!([]));
    assert_eq!(polled(&mut talk, &blocks).len(), 2);
    assert_eq!(json!(polled(&mut talk, &waiting)), json!([hash]));
    let new = polled(&mut talk, &logs);
    assert_eq!(new.len(), 1);
    assert_eq!(new[0]["transactionHash"], hash);
    assert_eq!(new[0]["blockNumber"], "0x2");
    for filter in [&blocks, &waiting, &logs, &others] {
        // It prolongs the life of the filter.
        let answer = talk.answer("eth_getFilterChanges", json!([filter]));
        assert_eq!(answer.result.unwrap().as_str(), "[]");
        assert!(answer.changed);
    }
    // Without a range it is that of eth_getLogs: the head, which is empty.
    assert_eq!(talk.ask("eth_getFilterLogs", json!([logs])), json!([]));
    assert_eq!(talk.ask("eth_uninstallFilter", json!([logs])), true);
    assert_eq!(talk.ask("eth_uninstallFilter", json!([logs])), false);
    let error = talk.refused("eth_getFilterChanges", json!([logs]));
    assert_eq!(error.message, "filter not found");
}

#[test]
fn a_filter_gives_blocks_that_come_in_place_of_others() {
    let mut talk = started();
    let snapshot = talk.ask("evm_snapshot", json!([]));
    let blocks = talk.ask("eth_newBlockFilter", json!([]));
    talk.ask("anvil_mine", json!([3]));
    assert_eq!(polled(&mut talk, &blocks).len(), 3);
    talk.ask("evm_revert", json!([snapshot]));
    talk.ask("evm_mine", json!([]));
    let head = talk.node.chain().head().hash;
    assert_eq!(polled(&mut talk, &blocks), [json!(head)]);
}

#[test]
fn subscribers_receive_each_requested_event_once() {
    let mut talk = started();
    let heads = talk.ask("eth_subscribe", json!(["newHeads"]));
    let waiting = talk.ask("eth_subscribe", json!(["newPendingTransactions"]));
    let logs = talk.ask("eth_subscribe", json!(["logs", { "topics": [TOPIC] }]));
    assert!(talk.notified().is_empty());
    let hash = call(&mut talk);
    let received = talk.notified();
    assert_eq!(received.len(), 3);
    assert_eq!(
        received[0],
        json!({ "subscription": waiting, "result": hash })
    );
    assert_eq!(received[1]["subscription"], heads);
    assert_eq!(received[1]["result"]["number"], "0x1");
    assert_eq!(received[2]["subscription"], logs);
    assert_eq!(received[2]["result"]["transactionHash"], hash);
    assert!(talk.notified().is_empty());

    assert_eq!(talk.ask("eth_unsubscribe", json!([heads])), true);
    assert_eq!(talk.ask("eth_unsubscribe", json!([heads])), false);
    talk.ask("evm_mine", json!([]));
    assert!(talk.notified().is_empty());
    let error = talk.refused("eth_subscribe", json!(["newMoons"]));
    assert!(error.message.contains("newMoons"), "{error}");
}
