//! What requests change beside sending transactions, and how it is brought back.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const NOBODY: &str = "0x00000000000000000000000000000000000000c0";

#[test]
fn what_is_set_is_there_at_once_and_in_the_next_state_root() {
    let mut talk = Conversation::new(json!({}));
    // Returns slot 1.
    let code = "0x60015460005260206000f3";
    talk.ask("anvil_setBalance", json!([NOBODY, "0x7b"]));
    talk.ask("hardhat_setCode", json!([NOBODY, code]));
    talk.ask("anvil_setNonce", json!([NOBODY, "0x9"]));
    let word = format!("0x{:064x}", 0x1234);
    talk.ask("hardhat_setStorageAt", json!([NOBODY, "0x1", word]));
    let check = |talk: &mut Conversation| {
        assert_eq!(
            talk.ask("eth_getBalance", json!([NOBODY, "latest"])),
            "0x7b"
        );
        assert_eq!(talk.ask("eth_getCode", json!([NOBODY, "latest"])), code);
        assert_eq!(
            talk.ask("eth_getTransactionCount", json!([NOBODY, "latest"])),
            "0x9"
        );
        let call = json!([{ "to": NOBODY }, "latest"]);
        assert_eq!(talk.ask("eth_call", call), word);
    };
    check(&mut talk);
    talk.ask("evm_mine", json!([]));
    check(&mut talk);
    let chain = talk.node.chain();
    let head = chain.head();
    assert_eq!(head.block.header.state_root, head.state.root());
    assert_ne!(head.state.root(), chain.genesis().block.header.state_root);
    // An account with nothing is none.
    let before = head.state.root();
    let empty = "0x00000000000000000000000000000000000000e0";
    talk.ask("anvil_setBalance", json!([empty, "0x5"]));
    talk.ask("anvil_setBalance", json!([empty, "0x0"]));
    assert_eq!(talk.node.chain().head().state.root(), before);
}

#[test]
fn a_snapshot_brings_chain_pool_and_time_back() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let payment = json!([{ "from": ALICE, "to": NOBODY, "value": "0x1" }]);
    let waiting = talk.ask("eth_sendTransaction", payment.clone());
    let snapshot = talk.ask("evm_snapshot", json!([]));
    assert_eq!(snapshot, "0x1");
    let before = talk.node.chain().head().hash;
    talk.ask("evm_increaseTime", json!([1_000_000]));
    talk.ask("anvil_setBalance", json!([NOBODY, "0x999"]));
    talk.ask("evm_mine", json!([]));
    talk.ask("eth_sendTransaction", payment);
    assert_eq!(talk.ask("evm_snapshot", json!([])), "0x2");
    assert_eq!(talk.ask("evm_revert", json!([snapshot])), true);
    assert_eq!(talk.node.chain().head().hash, before);
    assert_eq!(talk.ask("eth_getBalance", json!([NOBODY, "latest"])), "0x0");
    let status = talk.ask("txpool_status", json!([]));
    assert_eq!(status, json!({ "pending": "0x1", "queued": "0x0" }));
    talk.ask("evm_mine", json!([]));
    let block = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(block["transactions"], json!([waiting]));
    assert_eq!(block["timestamp"], "0x6b49d200");
    // Both are used up.
    assert_eq!(talk.ask("evm_revert", json!([snapshot])), false);
    assert_eq!(talk.ask("evm_revert", json!(["0x2"])), false);
    // It is not reset to what the caller did not ask for.
    talk.refused(
        "hardhat_reset",
        json!([{ "forking": { "jsonRpcUrl": "http://localhost" } }]),
    );
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x1");
    talk.ask("hardhat_reset", json!([]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");
}

#[test]
fn who_is_impersonated_sends_without_a_key() {
    let mut talk = Conversation::new(json!({}));
    let send = json!([{ "from": NOBODY, "to": ALICE, "value": "0x1" }]);
    talk.ask("anvil_setBalance", json!([NOBODY, "0xde0b6b3a7640000"]));
    // A contract cannot sign; it can be impersonated.
    talk.ask("anvil_setCode", json!([NOBODY, "0x00"]));
    let error = talk.refused("eth_sendTransaction", send.clone());
    assert!(error.message.contains("unknown account"), "{error}");
    talk.ask("hardhat_impersonateAccount", json!([NOBODY]));
    let first = talk.ask("eth_sendTransaction", send.clone());
    let second = talk.ask("eth_sendTransaction", send.clone());
    assert_ne!(first, second);
    let receipt = talk.ask("eth_getTransactionReceipt", json!([first]));
    assert_eq!(receipt["from"], NOBODY);
    let transaction = talk.ask("eth_getTransactionByHash", json!([first]));
    assert_eq!(transaction["from"], NOBODY);
    assert_eq!(transaction["hash"], first);
    // It can be traced like any other.
    let options = json!([first, { "tracer": "callTracer" }]);
    let call = talk.ask("debug_traceTransaction", options);
    assert_eq!(call["from"], NOBODY);
    talk.ask("anvil_stopImpersonatingAccount", json!([NOBODY]));
    talk.refused("eth_sendTransaction", send.clone());
    talk.ask("anvil_autoImpersonateAccount", json!([true]));
    talk.ask("eth_sendTransaction", send);
}

/// A request of each kind, at a time of its own.
fn script() -> Vec<(u64, &'static str, Value)> {
    let payment = json!([{ "from": ALICE, "to": NOBODY, "value": "0x1" }]);
    let create = json!([{ "from": ALICE, "input": "0x60015f555f5fa0" }]);
    vec![
        (1_000, "eth_sendTransaction", payment.clone()),
        (1_500, "evm_setAutomine", json!([false])),
        (2_000, "eth_sendTransaction", create),
        (
            2_001,
            "anvil_setBalance",
            json!([NOBODY, "0xde0b6b3a7640000"]),
        ),
        (2_002, "anvil_impersonateAccount", json!([NOBODY])),
        (
            2_003,
            "eth_sendTransaction",
            json!([{ "from": NOBODY, "to": ALICE }]),
        ),
        (9_000, "evm_mine", json!([])),
        (9_500, "evm_snapshot", json!([])),
        (9_600, "evm_increaseTime", json!(["0x64"])),
        (12_345, "anvil_mine", json!(["0x2"])),
        (12_400, "eth_sendTransaction", payment),
        (12_500, "evm_revert", json!(["0x1"])),
        (13_000, "evm_mine", json!([])),
    ]
}

#[test]
fn the_same_requests_at_the_same_times_make_the_same_node() {
    let nodes = [1, 2, 4].map(|threads| {
        let mut talk = Conversation::new(json!({}));
        talk.engine = parevm::Engine::new(threads).unwrap();
        let mut answers = Vec::new();
        for (now, method, params) in script() {
            talk.now = 1_800_000_000_000 + now;
            let answer = talk.answer(method, params);
            assert!(answer.changed, "{method}");
            answers.push(answer.result.unwrap().parse().unwrap());
            answers.push(talk.ask("txpool_content", json!([])));
        }
        (answers, talk.node.chain().head().hash)
    });
    assert_eq!(nodes[0], nodes[1]);
    assert_eq!(nodes[0], nodes[2]);
}

#[test]
fn a_panic_in_a_request_leaves_the_node_as_it_was() {
    let mut talk = Conversation::new(json!({}));
    let payment = json!([{ "from": ALICE, "to": NOBODY, "value": "0x1" }]);
    talk.ask("eth_sendTransaction", payment.clone());
    let before = talk.node.chain().head().hash;
    // The clock is asked before each block; it fails before the third.
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let clock = || {
        let times = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        assert!(times < 3, "the clock fails");
        0
    };
    let host = parevm_node::node::Host {
        engine: &talk.engine,
        now: talk.now,
        entropy: [7; 16],
        clock: Some(&clock),
        memory: None,
        cancel: None,
    };
    let node = &mut talk.node;
    let failed = catch_unwind(AssertUnwindSafe(|| {
        node.request(&host, "anvil_mine", &[json!("0x5")])
    }));
    assert!(failed.is_err());
    assert_eq!(talk.node.chain().head().hash, before);
    assert_eq!(talk.node.chain().head().number(), 1);
    talk.ask("eth_sendTransaction", payment);
    assert_eq!(talk.ask("eth_getBalance", json!([NOBODY, "latest"])), "0x2");
}

/// `txIndex`: on the state that the transaction found.
#[test]
fn a_call_is_traced_in_the_middle_of_a_block() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let contract = "0x00000000000000000000000000000000000000cc";
    // With data it keeps the word, without it returns it.
    let code = "0x36600c575f545f5260205ff35b5f355f5500";
    talk.ask("anvil_setCode", json!([contract, code]));
    let word = |value: u64| format!("0x{value:064x}");
    for value in 1..=3 {
        let request = json!([{ "from": ALICE, "to": contract, "input": word(value) }]);
        talk.ask("eth_sendTransaction", request);
    }
    talk.ask("evm_mine", json!([]));
    let call = json!({ "from": ALICE, "to": contract });
    let mut options = json!({ "tracer": "callTracer" });
    let mut output = |talk: &mut Conversation, index: Option<&str>| {
        options["txIndex"] = json!(index);
        let trace = talk.ask("debug_traceCall", json!([call, "latest", options]));
        trace["output"].clone()
    };
    assert_eq!(output(&mut talk, None), word(3));
    for (index, value) in [("0x0", 0), ("0x1", 1), ("0x2", 2)] {
        assert_eq!(output(&mut talk, Some(index)), word(value), "{index}");
    }
    options["txIndex"] = json!("0x3");
    let error = talk.refused("debug_traceCall", json!([call, "latest", options]));
    assert!(
        error.message.contains("none has the index 3"),
        "{}",
        error.message
    );
    // Nothing arrived before the genesis block.
    let error = talk.refused("debug_traceCall", json!([call, "0x0", options]));
    assert_eq!(error.message, "genesis is not traceable");
}

#[test]
fn an_invalid_address_is_answered_with_the_expected_form() {
    let mut talk = Conversation::new(json!({}));
    let requests = [
        (
            "eth_call",
            json!([{ "to": "vitalik.eth" }]),
            "transaction.to",
        ),
        ("eth_call", json!([{ "from": "0x12" }]), "transaction.from"),
        (
            "eth_getBalance",
            json!(["vitalik.eth", "latest"]),
            "address",
        ),
        ("eth_getBalance", json!(["0x12", "latest"]), "address"),
        (
            "parevm_simulate",
            json!([{ "calls": [{ "to": "vitalik.eth" }] }]),
            "bundle.calls[0].to",
        ),
    ];
    for (method, params, path) in requests {
        let error = talk.refused(method, params);
        assert!(
            error
                .message
                .starts_with(&format!("{path}: an address is 20 bytes in hex")),
            "{error}"
        );
    }
}
