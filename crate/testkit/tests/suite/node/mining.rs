//! Mining: the transactions of a block.

use parevm::ExecuteOptions;
use parevm_node::{Chain, rpc::ErrorCode};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

/// First accounts of development nodes.
pub(super) const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
pub(super) const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const ETHER: u64 = 1_000_000_000_000_000_000;

pub(super) fn wei(ether: u64) -> String {
    format!("{:#x}", u128::from(ether) * u128::from(ETHER))
}

pub(super) fn block(talk: &mut Conversation, tag: &str) -> Value {
    talk.ask("eth_getBlockByNumber", json!([tag, false]))
}

/// Returns a request to pay one wei to Bob.
pub(super) fn payment(from: &str, more: Value) -> Value {
    let mut request = json!({ "from": from, "to": BOB, "value": "0x1" });
    for (field, value) in more.as_object().unwrap() {
        request[field] = value.clone();
    }
    json!([request])
}

#[test]
fn each_transaction_makes_a_block_that_others_take() {
    let mut talk = Conversation::new(json!({}));
    assert_eq!(
        talk.ask("eth_getBalance", json!([ALICE, "latest"])),
        wei(10_000)
    );
    let request = json!([{ "from": ALICE, "to": BOB, "value": wei(1) }]);
    let hash = talk.ask("eth_sendTransaction", request);
    let receipt = talk.ask("eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["blockNumber"], "0x1");
    assert_eq!(receipt["gasUsed"], "0x5208");
    assert_eq!(
        talk.ask("eth_getBalance", json!([BOB, "latest"])),
        wei(10_001)
    );
    // PUSH1 1, SSTORE with a log, in a second block; a third is empty.
    let create = json!([{ "from": BOB, "input": "0x60015f555f5fa0" }]);
    talk.ask("eth_sendTransaction", create);
    talk.ask("evm_mine", json!([]));

    // A chain with the same genesis block imports what was mined.
    let genesis = talk.ask("debug_getRawBlock", json!(["0x0"]));
    let mut other = Chain::clone(Conversation::new(json!({})).node.chain());
    assert_eq!(
        genesis,
        alloy_hex(&alloy_rlp::encode(&other.genesis().block))
    );
    for number in 1..=3 {
        let raw = talk.ask("debug_getRawBlock", json!([format!("{number:#x}")]));
        let bytes: alloy_primitives::Bytes = serde_json::from_value(raw).unwrap();
        let options = ExecuteOptions::default();
        other.import(&talk.engine, &bytes, &options).unwrap();
    }
    assert_eq!(other.head().hash, talk.node.chain().head().hash);
}

pub(super) fn alloy_hex(bytes: &[u8]) -> String {
    alloy_primitives::hex::encode_prefixed(bytes)
}

#[test]
fn what_waits_is_pending_until_a_block_is_made() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let count =
        |talk: &mut Conversation, tag| talk.ask("eth_getTransactionCount", json!([ALICE, tag]));
    let first = talk.ask("eth_sendTransaction", payment(ALICE, json!({})));
    let queued = talk.ask(
        "eth_sendTransaction",
        payment(ALICE, json!({ "nonce": "0x5" })),
    );
    assert_eq!(count(&mut talk, "latest"), "0x0");
    assert_eq!(count(&mut talk, "pending"), "0x1");
    assert_eq!(
        talk.ask("txpool_status", json!([])),
        json!({ "pending": "0x1", "queued": "0x1" })
    );
    let waiting = talk.ask("eth_getTransactionByHash", json!([first]));
    assert_eq!(waiting["blockHash"], Value::Null);
    assert_eq!(
        talk.ask("eth_getTransactionReceipt", json!([first])),
        Value::Null
    );
    // The block to come holds it, and changes nothing yet.
    let to_come = block(&mut talk, "pending");
    assert_eq!(to_come["transactions"], json!([first]));
    assert_eq!(to_come["number"], "0x1");
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");

    talk.ask("evm_mine", json!([]));
    assert_eq!(block(&mut talk, "latest")["transactions"], json!([first]));
    assert_eq!(count(&mut talk, "latest"), "0x1");
    let content = talk.ask("txpool_contentFrom", json!([ALICE]));
    assert_eq!(content["pending"], json!({}));
    assert_eq!(content["queued"]["5"]["hash"], queued);
}

#[test]
fn a_block_takes_the_best_tips_in_order_of_nonces() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let tip = |gwei: u64| json!({ "maxPriorityFeePerGas": format!("{:#x}", gwei * 1_000_000_000) });
    let cheap = talk.ask("eth_sendTransaction", payment(ALICE, tip(1)));
    let rich = talk.ask("eth_sendTransaction", payment(ALICE, tip(9)));
    let middle = talk.ask("eth_sendTransaction", payment(BOB, tip(5)));
    talk.ask("evm_mine", json!([]));
    let mined = block(&mut talk, "latest")["transactions"].clone();
    assert_eq!(mined, json!([middle, cheap, rich]));
}

#[test]
fn what_does_not_fit_a_block_waits_for_the_next() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    // Two use 42,000 gas, and leave less than a third one's limit.
    talk.ask("evm_setBlockGasLimit", json!(["0x15f90"]));
    for sender in [ALICE, ALICE, BOB, BOB] {
        let limit = json!({ "gas": "0xc350" });
        talk.ask("eth_sendTransaction", payment(sender, limit));
    }
    for _ in 0..2 {
        talk.ask("evm_mine", json!([]));
        let mined = block(&mut talk, "latest");
        assert_eq!(mined["transactions"].as_array().unwrap().len(), 2);
        assert_eq!(mined["gasUsed"], "0xa410");
        assert_eq!(mined["gasLimit"], "0x15f90");
    }
    let status = talk.ask("txpool_status", json!([]));
    assert_eq!(status, json!({ "pending": "0x0", "queued": "0x0" }));
}

#[test]
fn a_transaction_that_cannot_be_paid_any_more_is_left_out() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let left = talk.ask("eth_sendTransaction", payment(ALICE, json!({})));
    let held = talk.ask("eth_sendTransaction", payment(BOB, json!({})));
    talk.ask("anvil_setBalance", json!([ALICE, "0x1"]));
    talk.ask("evm_mine", json!([]));
    assert_eq!(block(&mut talk, "latest")["transactions"], json!([held]));
    let waiting = talk.ask("eth_getTransactionByHash", json!([left]));
    assert_eq!(waiting["hash"], left);
    assert_eq!(waiting["blockNumber"], Value::Null);
}

#[test]
fn the_pool_refuses_with_the_words_of_geth() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let signed =
        |talk: &mut Conversation, more| talk.ask("eth_signTransaction", payment(ALICE, more));
    let fees = |gwei: u64| {
        let fee = format!("{:#x}", gwei * 1_000_000_000);
        json!({ "nonce": "0x0", "gas": "0x5208", "maxFeePerGas": fee, "maxPriorityFeePerGas": fee })
    };
    let first = signed(&mut talk, fees(100));
    talk.ask("eth_sendRawTransaction", json!([first]));
    let cases = [
        (first.clone(), "already known"),
        (
            signed(&mut talk, fees(109)),
            "replacement transaction underpriced",
        ),
        (
            signed(&mut talk, json!({ "gas": "0x5207" })),
            "intrinsic gas too low: gas 20999, minimum needed 21000",
        ),
        (
            signed(&mut talk, json!({ "value": wei(10_000), "gas": "0x5208" })),
            "insufficient funds for gas * price + value",
        ),
        (
            signed(&mut talk, json!({ "gas": "0x1000001" })),
            "transaction gas limit too high (cap: 16777216, tx: 16777217)",
        ),
        (json!("0x02c0"), "invalid transaction"),
    ];
    for (raw, words) in cases {
        let error = talk.refused("eth_sendRawTransaction", json!([raw]));
        assert_eq!(error.code, ErrorCode::Server, "{words}");
        assert!(error.message.starts_with(words), "{words}: {error}");
    }
    // The limit is that of the next block.
    talk.ask("evm_setBlockGasLimit", json!(["0xf4240"]));
    let large = signed(&mut talk, json!({ "gas": "0xf4241" }));
    let error = talk.refused("eth_sendRawTransaction", json!([large]));
    assert_eq!(error.message, "exceeds block gas limit");
    let better = signed(&mut talk, fees(110));
    let hash = talk.ask("eth_sendRawTransaction", json!([better]));
    talk.ask("evm_mine", json!([]));
    assert_eq!(block(&mut talk, "latest")["transactions"], json!([hash]));
    let error = talk.refused("eth_sendRawTransaction", json!([first]));
    assert_eq!(error.message, "nonce too low: next nonce 1, tx nonce 0");
}

#[test]
fn a_fee_below_the_base_fee_waits_unless_each_transaction_makes_a_block() {
    let cheap = json!({ "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x0" });
    let mut talk = Conversation::new(json!({}));
    let error = talk.refused("eth_sendTransaction", payment(ALICE, cheap.clone()));
    assert!(
        error
            .message
            .starts_with("max fee per gas less than block base fee"),
        "{error}"
    );
    talk.ask("evm_setAutomine", json!([false]));
    let hash = talk.ask("eth_sendTransaction", payment(ALICE, cheap));
    talk.ask("evm_mine", json!([]));
    assert_eq!(block(&mut talk, "latest")["transactions"], json!([]));
    talk.ask("anvil_setNextBlockBaseFeePerGas", json!(["0x0"]));
    talk.ask("evm_mine", json!([]));
    let mined = block(&mut talk, "latest");
    assert_eq!(mined["transactions"], json!([hash]));
    assert_eq!(mined["baseFeePerGas"], "0x0");
}
