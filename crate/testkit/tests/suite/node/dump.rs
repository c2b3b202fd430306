//! A chain as anvil dumps and loads it.

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};
use std::io::{Read, Write};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const LOUD: &str = "0x00000000000000000000000000000000000000c0";
const IMPERSONATED: &str = "0x00000000000000000000000000000000000000ee";
/// What anvil 1.7.1 has dumped after four blocks.
const OF_ANVIL: &str = include_str!("../../../dump/anvil-1.7.1.hex");

fn unpacked(dump: &Value) -> Value {
    let bytes = dump.as_str().unwrap().strip_prefix("0x").unwrap();
    let bytes: Vec<u8> = (0..bytes.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&bytes[at..at + 2], 16).unwrap())
        .collect();
    let mut text = Vec::new();
    GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut text)
        .unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn hex(bytes: &[u8]) -> Value {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    json!(format!("0x{digits}"))
}

fn packed(dump: &Value) -> Value {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(dump.to_string().as_bytes()).unwrap();
    hex(&encoder.finish().unwrap())
}

/// https://getfoundry.sh/anvil/reference/ (`anvil_loadState`)
#[test]
fn a_dump_of_anvil_is_a_chain_that_goes_on() {
    let mut talk = Conversation::new(json!({}));
    assert_eq!(talk.ask("anvil_loadState", json!([OF_ANVIL.trim()])), true);
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x4");
    // Hashes as anvil gives them, that of an impersonated account included.
    let first = "0x63155fe900ef112872e385ce93d40241c235a5dc009b4b914394262433a8417b";
    let third = "0x5e47776173a11ed85d0868a354cbc93ba0c3f6f5f8c2b2f2f7feaa1489a4e0af";
    let receipt = talk.ask("eth_getTransactionReceipt", json!([first]));
    assert_eq!(receipt["gasUsed"], "0x560b");
    assert_eq!(receipt["from"], ALICE);
    assert_eq!(receipt["logs"][0]["address"], LOUD);
    assert_eq!(receipt["logs"][0]["logIndex"], "0x0");
    assert_eq!(
        receipt["blockHash"],
        "0xbfc2ab6d106043707b047c4161f2382cc6ca05c54c5c4fb9a1c147ddc3faa8c7"
    );
    let receipt = talk.ask("eth_getTransactionReceipt", json!([third]));
    assert_eq!(receipt["from"], IMPERSONATED);
    let reverted = "0x7ba7b6fc5d409cdd9976a080925fd48dce01ccc35f413428258e196f3860df1b";
    let receipt = talk.ask("eth_getTransactionReceipt", json!([reverted]));
    assert_eq!(receipt["status"], "0x0");
    let code = talk.ask("eth_getCode", json!([LOUD, "latest"]));
    assert_eq!(code, "0x602a600052600760206000a1");
    let nonce = talk.ask("eth_getTransactionCount", json!([ALICE, "latest"]));
    assert_eq!(nonce, "0x3");

    let capabilities = talk.ask("eth_capabilities", json!([]));
    assert_eq!(capabilities["blocks"]["oldestBlock"], "0x0");
    assert_eq!(capabilities["state"]["oldestBlock"], "0x4");

    // What was before the head is not in a dump.
    let unknown = "the state after block 3 is not known";
    for (method, params) in [
        ("eth_getBalance", json!([ALICE, "0x3"])),
        ("eth_call", json!([{ "to": LOUD }, "0x3"])),
        ("debug_traceTransaction", json!([reverted])),
        ("trace_block", json!(["0x4"])),
        (
            "eth_simulateV1",
            json!([{ "blockStateCalls": [{ "calls": [{}] }] }, "0x3"]),
        ),
    ] {
        let error = talk.refused(method, params);
        assert!(error.message.contains(unknown), "{method}: {error}");
    }

    // Time goes on from the head's, and the chain with it.
    let head = talk.ask("eth_getBlockByNumber", json!(["0x4", false]));
    let paid = talk.ask(
        "eth_sendTransaction",
        json!([{ "from": ALICE, "to": BOB, "value": "0x7" }]),
    );
    let next = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(next["number"], "0x5");
    assert_eq!(next["parentHash"], head["hash"]);
    assert_eq!(next["transactions"], json!([paid]));
    let calls = talk.ask("trace_transaction", json!([paid]));
    assert_eq!(calls[0]["action"]["value"], "0x7");

    // It is saved whole, with what is not known.
    talk.node = parevm_node::Node::restore(&talk.node.save()).unwrap();
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x5");
    let receipt = talk.ask("eth_getTransactionReceipt", json!([third]));
    assert_eq!(receipt["from"], IMPERSONATED);
    let error = talk.refused("eth_getBalance", json!([ALICE, "0x3"]));
    assert!(error.message.contains(unknown), "{error}");
    talk.ask("eth_getBalance", json!([ALICE, "0x4"]));
}

#[test]
fn what_a_node_dumps_another_loads() {
    let mut one = Conversation::new(json!({}));
    // Stores 5 in slot 1, and logs.
    one.ask("anvil_setCode", json!([LOUD, "0x600560015560015f5fa1"]));
    let called = one.ask(
        "eth_sendTransaction",
        json!([{ "from": ALICE, "to": LOUD }]),
    );
    one.ask(
        "anvil_setBalance",
        json!([IMPERSONATED, "0xde0b6b3a7640000"]),
    );
    let unsigned = one.ask(
        "eth_sendUnsignedTransaction",
        json!([{ "from": IMPERSONATED, "to": BOB, "value": "0x1" }]),
    );
    let dump = one.ask("anvil_dumpState", json!([]));
    let mut other = Conversation::new(json!({}));
    other.ask("anvil_setBalance", json!([LOUD, "0x63"]));
    let spare = "0x00000000000000000000000000000000000000f0";
    other.ask("anvil_setBalance", json!([spare, "0x5"]));
    assert_eq!(other.ask("hardhat_loadState", json!([dump])), true);
    for (method, params) in [
        ("eth_blockNumber", json!([])),
        ("eth_getBlockByNumber", json!(["latest", true])),
        ("eth_getBlockByNumber", json!(["0x0", true])),
        ("eth_getTransactionReceipt", json!([called])),
        ("eth_getTransactionReceipt", json!([unsigned])),
        ("eth_getTransactionByHash", json!([unsigned])),
        ("eth_getProof", json!([LOUD, ["0x1"], "latest"])),
    ] {
        // A proof is one of the whole state: what the other had stays, but for what both have.
        let (mut left, mut right) = (one.ask(method, params.clone()), other.ask(method, params));
        if method == "eth_getProof" {
            left["accountProof"] = Value::Null;
            right["accountProof"] = Value::Null;
        }
        assert_eq!(left, right, "{method}");
    }
    assert_eq!(other.ask("eth_getBalance", json!([spare, "latest"])), "0x5");
    // A nonce never falls.
    other.ask("anvil_setNonce", json!([BOB, "0x9"]));
    other.ask("anvil_loadState", json!([dump]));
    let nonce = other.ask("eth_getTransactionCount", json!([BOB, "latest"]));
    assert_eq!(nonce, "0x9");
}

#[test]
fn a_dump_without_blocks_changes_the_state_only() {
    let mut talk = Conversation::new(json!({}));
    let before = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    let dump = json!({ "block": null, "best_block_number": null, "accounts": { LOUD: {
        "nonce": 1, "balance": "0x3", "code": "0x60015460005260206000f3",
        "storage": { "0x1": "0x2a" },
    } } });
    // Plain JSON is taken, too, as anvil does.
    for dump in [packed(&dump), hex(dump.to_string().as_bytes())] {
        assert_eq!(talk.ask("anvil_loadState", json!([dump])), true);
    }
    let slot = talk.ask("eth_call", json!([{ "to": LOUD }, "latest"]));
    assert_eq!(slot, format!("0x{:064x}", 0x2a));
    assert_eq!(talk.ask("eth_getBalance", json!([LOUD, "latest"])), "0x3");
    assert_eq!(
        talk.ask("eth_getBlockByNumber", json!(["latest", false])),
        before
    );
    // The time is the host's as before.
    talk.ask("evm_mine", json!([]));
    let next = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(next["timestamp"], "0x6b49d200");
}

#[test]
fn bytes_that_are_no_dump_are_refused_with_the_field() {
    let mut talk = Conversation::new(json!({}));
    let whole = unpacked(&json!(OF_ANVIL.trim()));
    let with = |pointer: &str, value: Value| {
        let mut dump = whole.clone();
        *dump.pointer_mut(pointer).unwrap() = value;
        packed(&dump)
    };
    let refused = [
        (json!("0x1234"), "state"),
        (json!("0x1f8b1234"), "state"),
        (json!(7), "state"),
        (
            with(&format!("/accounts/{ALICE}/nonce"), json!("many")),
            "state.accounts.",
        ),
        (
            with("/blocks/1/header/number", json!("?")),
            "state.blocks[1]",
        ),
        (
            with("/best_block_number", json!(9)),
            "state.blocks: the block of best_block_number",
        ),
        (
            with("/transactions", json!([])),
            "state.transactions: transaction 0 of block 4",
        ),
    ];
    for (dump, words) in refused {
        let error = talk.refused("anvil_loadState", json!([dump]));
        assert_eq!(error.code.number(), -32_602, "{error}");
        assert!(error.message.starts_with(words), "{error}");
    }
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");
    let error = talk.refused("anvil_dumpState", json!([true]));
    assert!(error.message.contains("historical states"), "{error}");

    // A small dump that becomes a large one.
    let mut small = Conversation::new(json!({ "limits": { "memory": 8_192 } }));
    let error = small.refused(
        "anvil_loadState",
        json!([packed(&json!(" ".repeat(2_000)))]),
    );
    assert_eq!(error.code.number(), -32_005, "{error}");
}
