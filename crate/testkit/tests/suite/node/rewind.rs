//! Rewound chains, and state that is set from outside.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const LOUD: &str = "0x00000000000000000000000000000000000000c0";

fn pay(talk: &mut Conversation, value: &str) -> Value {
    talk.ask(
        "eth_sendTransaction",
        json!([{ "from": ALICE, "to": BOB, "value": value }]),
    )
}

#[test]
fn a_rollback_takes_blocks_and_their_transactions_away() {
    let mut talk = Conversation::new(json!({}));
    pay(&mut talk, "0x1");
    let kept = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    let gone = pay(&mut talk, "0x2");
    let block = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    pay(&mut talk, "0x4");
    talk.ask("anvil_rollback", json!([2]));
    assert_eq!(
        talk.ask("eth_getBlockByNumber", json!(["latest", false])),
        kept
    );
    assert_eq!(
        talk.ask("eth_getTransactionReceipt", json!([gone])),
        Value::Null
    );
    let by_hash = talk.ask("eth_getBlockByHash", json!([block["hash"], false]));
    assert_eq!(by_hash, Value::Null);
    let nonce = talk.ask("eth_getTransactionCount", json!([ALICE, "latest"]));
    assert_eq!(nonce, "0x1");
    // One block where nobody says how many; never the first one.
    talk.ask("anvil_rollback", json!([]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");
    let error = talk.refused("anvil_rollback", json!([1]));
    assert_eq!(
        error.message,
        "depth: Rollback depth must not exceed current chain height: current height 0, depth 1"
    );
    talk.refused("anvil_rollback", json!(["one"]));
    // Time goes on from the head.
    talk.now += 60_000;
    pay(&mut talk, "0x1");
    let next = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(next["timestamp"], "0x3c");
}

#[test]
fn a_reorg_puts_other_blocks_in_place() {
    let mut talk = Conversation::new(json!({}));
    let first = pay(&mut talk, "0x1");
    let second = pay(&mut talk, "0x2");
    let before: Vec<_> = ["0x1", "0x2"]
        .map(|number| talk.ask("eth_getBlockByNumber", json!([number, false])))
        .into();
    let signed = talk.ask(
        "eth_signTransaction",
        json!([{ "from": BOB, "to": ALICE, "value": "0x5", "nonce": "0x0" }]),
    );
    let request = |value: &str| json!({ "from": ALICE, "to": BOB, "value": value });
    let pairs = json!([
        [request("0x7"), 0],
        [signed, 1],
        [request("0x8"), 0],
        [request("0x9"), 1]
    ]);
    talk.ask("anvil_reorg", json!([2, pairs]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x2");
    let values = |talk: &mut Conversation, number: &str| {
        let block = talk.ask("eth_getBlockByNumber", json!([number, true]));
        let values = block["transactions"].as_array().unwrap().iter();
        values.map(|one| one["value"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(values(&mut talk, "0x1"), ["0x7", "0x8"]);
    assert_eq!(values(&mut talk, "0x2"), ["0x5", "0x9"]);
    for hash in [first, second] {
        assert_eq!(
            talk.ask("eth_getTransactionByHash", json!([hash])),
            Value::Null
        );
    }
    for block in &before {
        let hash = &block["hash"];
        assert_eq!(
            talk.ask("eth_getBlockByHash", json!([hash, false])),
            Value::Null
        );
    }
    // Without transactions the blocks are empty, and different from those before all the same.
    let replaced = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    talk.ask("anvil_reorg", json!([1, []]));
    let empty = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(empty["number"], "0x2");
    assert_eq!(empty["transactions"], json!([]));
    assert_ne!(empty["hash"], replaced["hash"]);
    talk.ask("anvil_reorg", json!([1]));
    let again = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    assert_ne!(again["hash"], empty["hash"]);

    let error = talk.refused("anvil_reorg", json!([3, []]));
    assert!(error.message.contains("Reorg depth"), "{error}");
    let error = talk.refused("anvil_reorg", json!([2, [[request("0x1"), 2]]]));
    assert!(error.message.starts_with("tx_block_pairs[0]: "), "{error}");
    let error = talk.refused("anvil_reorg", json!([2, [["0x1234", 0]]]));
    assert!(error.message.contains("invalid transaction"), "{error}");
    talk.refused("anvil_reorg", json!([]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x2");
}

#[test]
fn subscribers_receive_removed_logs() {
    let mut talk = Conversation::new(json!({}));
    talk.ask("anvil_setCode", json!([LOUD, "0x60015f5fa1"]));
    let logs = talk.ask("eth_subscribe", json!(["logs", { "address": LOUD }]));
    let hash = talk.ask(
        "eth_sendTransaction",
        json!([{ "from": ALICE, "to": LOUD }]),
    );
    let received = |talk: &mut Conversation| {
        let received = talk.notified();
        received
            .iter()
            .map(|one| {
                let log = &one["result"];
                json!([one["subscription"], log["transactionHash"], log["removed"]])
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(received(&mut talk), [json!([logs, hash, false])]);
    talk.ask("anvil_rollback", json!([1]));
    assert_eq!(received(&mut talk), [json!([logs, hash, true])]);
}

#[test]
fn a_new_chain_id_holds_for_what_comes() {
    let mut talk = Conversation::new(json!({}));
    // Returns the chain id.
    talk.ask("anvil_setCode", json!([LOUD, "0x465f5260205ff3"]));
    let old = pay(&mut talk, "0x1");
    let signed = talk.ask(
        "eth_signTransaction",
        json!([{ "from": ALICE, "to": BOB, "nonce": "0x1" }]),
    );
    talk.ask("anvil_setChainId", json!([99]));
    assert_eq!(talk.ask("eth_chainId", json!([])), "0x63");
    assert_eq!(talk.ask("net_version", json!([])), "99");
    assert_eq!(talk.ask("eth_networkId", json!([])), "99");
    let seen = talk.ask("eth_call", json!([{ "to": LOUD }, "latest"]));
    assert_eq!(seen, format!("0x{:064x}", 99));
    // What was signed for the chain before is not for this one.
    let error = talk.refused("eth_sendRawTransaction", json!([signed]));
    assert_eq!(error.message, "invalid chain id for signer");
    let new = pay(&mut talk, "0x2");
    let transaction = talk.ask("eth_getTransactionByHash", json!([new]));
    assert_eq!(transaction["chainId"], "0x63");
    // Blocks from before still run as they ran.
    let trace = |talk: &mut Conversation, hash: &Value| {
        talk.ask(
            "debug_traceTransaction",
            json!([hash, { "tracer": "callTracer" }]),
        )
    };
    assert_eq!(trace(&mut talk, &old)["value"], "0x1");
    assert_eq!(trace(&mut talk, &new)["value"], "0x2");
    talk.node = parevm_node::Node::restore(&talk.node.save()).unwrap();
    assert_eq!(talk.ask("eth_chainId", json!([])), "0x63");
    assert_eq!(trace(&mut talk, &old)["value"], "0x1");
    // It is a setting: blocks that go do not bring the old one back.
    talk.ask("anvil_rollback", json!([2]));
    assert_eq!(talk.ask("eth_chainId", json!([])), "0x63");
    pay(&mut talk, "0x3");
    for wrong in [
        json!(0),
        json!("0xffffffffffffffff"),
        json!("mainnet"),
        Value::Null,
    ] {
        let error = talk.refused("anvil_setChainId", json!([wrong]));
        assert!(error.message.starts_with("chain id: "), "{error}");
    }
}

#[test]
fn prevrandao_is_set_for_one_block() {
    let mut talk = Conversation::new(json!({}));
    let value = format!("0x{}", "11".repeat(32));
    assert_eq!(talk.ask("hardhat_setPrevRandao", json!([value])), true);
    talk.node = parevm_node::Node::restore(&talk.node.save()).unwrap();
    let pending = talk.ask("eth_getBlockByNumber", json!(["pending", false]));
    assert_eq!(pending["mixHash"], value);
    talk.ask("evm_mine", json!([]));
    talk.ask("evm_mine", json!([]));
    let randao = |talk: &mut Conversation, number: &str| {
        talk.ask("eth_getBlockByNumber", json!([number, false]))["mixHash"].clone()
    };
    assert_eq!(randao(&mut talk, "0x1"), value);
    assert_ne!(randao(&mut talk, "0x2"), value);
    for wrong in [json!("0x11"), json!(17), Value::Null] {
        let error = talk.refused("anvil_setNextBlockPrevRandao", json!([wrong]));
        assert!(error.message.starts_with("prevRandao: "), "{error}");
    }
}
