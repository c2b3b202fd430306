//! A node as bytes, and the same node of them.

use crate::execution_apis;
use flate2::Crc;
use parevm::Engine;
use parevm_node::{
    Node,
    node::{Host, NodeOptions, RestoreError},
};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const NOBODY: &str = "0x00000000000000000000000000000000000000c0";
const KEEPER: &str = "0x00000000000000000000000000000000000000cc";
/// Versioned hash of the commitment of 48 bytes c0.
const BLOB_HASH: &str = "0x01e2f35246044cb2646ad1a00d9373fe9e4c129324952976bc2cecb9c31952b7";
const DOOMED: &str = "0x00000000000000000000000000000000000000dd";

fn again(options: &Value, node: &Node) -> Node {
    let options: NodeOptions = serde_json::from_value(options.clone()).unwrap();
    let bytes = node.save();
    let again = Node::restore(&bytes).unwrap();
    assert_eq!(*again.options(), options);
    // Equal nodes have equal bytes.
    assert!(again.save() == bytes);
    again
}

/// Every block is the same, with what it has left.
fn assert_same(one: &Node, other: &Node, step: &str) {
    let (one, other) = (one.chain(), other.chain());
    assert_eq!(one.head().number(), other.head().number(), "{step}");
    assert_eq!(one.head().hash, other.head().hash, "{step}");
    for number in 0..=one.head().number() {
        let (one, other) = (one.block_at(number), other.block_at(number));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.hash, other.hash, "{step}, block {number}");
        assert_eq!(one.block, other.block, "{step}, block {number}");
        assert_eq!(one.size, other.size, "{step}, block {number}");
        assert_eq!(one.receipts, other.receipts, "{step}, block {number}");
        assert_eq!(
            one.receipt_roots, other.receipt_roots,
            "{step}, block {number}"
        );
        assert_eq!(
            one.total_difficulty, other.total_difficulty,
            "{step}, block {number}"
        );
        assert_eq!(
            one.state.root(),
            other.state.root(),
            "{step}, block {number}"
        );
        for (address, account) in one.state.accounts() {
            let code = |state: &parevm::state::TrieState| {
                state.code(account.code_hash).unwrap().original_bytes()
            };
            assert_eq!(code(&one.state), code(&other.state), "{step}, {address}");
        }
    }
}

/// What nodes differ in that had not been saved whole.
fn questions() -> Vec<(&'static str, Value)> {
    vec![
        ("txpool_content", json!([])),
        ("anvil_getAutomine", json!([])),
        ("eth_chainId", json!([])),
        ("anvil_getBlobByHash", json!([BLOB_HASH])),
        ("anvil_getIntervalMining", json!([])),
        ("anvil_nodeInfo", json!([])),
        ("anvil_metadata", json!([])),
        ("eth_coinbase", json!([])),
        ("eth_gasPrice", json!([])),
        ("eth_getBlockByNumber", json!(["pending", true])),
        ("eth_getLogs", json!([{ "fromBlock": "0x0" }])),
        ("eth_getFilterLogs", json!(["@2"])),
        ("eth_getProof", json!([KEEPER, ["0x1"], "latest"])),
        ("eth_getProof", json!([DOOMED, ["0x1"], "latest"])),
        ("eth_getCode", json!([KEEPER, "latest"])),
        // Whether it is impersonated.
        (
            "testing_buildBlockV1",
            json!([{ "timestamp": "0x90000000" }]),
        ),
    ]
}

/// Ids of filters and subscriptions, in the order in which they were opened: "@0" is the first.
#[derive(Default)]
struct Ids(Vec<Value>);

impl Ids {
    /// The parameters with ids in the places that name them.
    fn put(&self, params: &Value) -> Value {
        let place = |param: &Value| param.as_str()?.strip_prefix('@')?.parse::<usize>().ok();
        let params = params.as_array().unwrap().iter();
        let params = params.map(|param| match place(param) {
            Some(place) => self.0.get(place).cloned().unwrap_or_else(|| json!("0x1")),
            None => param.clone(),
        });
        json!(params.collect::<Vec<_>>())
    }

    fn note(&mut self, method: &str, result: &Value) {
        if method.starts_with("eth_new") || method == "eth_subscribe" {
            self.0.push(result.clone());
        }
    }
}

/// A change of each kind, with the time in milliseconds. Filters and subscriptions are named by [`Ids`].
fn script() -> Vec<(u64, &'static str, Value)> {
    let pay = |more: Value| {
        let mut request = json!({ "from": ALICE, "to": NOBODY, "value": "0x1" });
        let fields = request.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        json!([request])
    };
    let blob = format!("0x{}", "00".repeat(131_072));
    let point = format!("0x{}", "c0".repeat(48));
    // Keeps what it is sent in slot 1 and logs it.
    let keeper = "0x5f3560015560205f5f375f5fa0";
    // PUSH0, SELFDESTRUCT after SSTORE of 7 at 1, where it is created: so it goes with what it has.
    let fleeting = "0x60076001555fff";
    vec![
        (0, "eth_newBlockFilter", json!([])),
        (1, "eth_newPendingTransactionFilter", json!([])),
        (
            2,
            "eth_newFilter",
            json!([{ "address": KEEPER, "topics": [null, [NOBODY_WORD]], "fromBlock": "0x0" }]),
        ),
        (3, "eth_subscribe", json!(["newHeads"])),
        (4, "eth_subscribe", json!(["logs", { "address": KEEPER }])),
        (5, "eth_unsubscribe", json!(["@3"])),
        (5, "eth_newPendingTransactionFilter", json!([true])),
        (5, "eth_subscribe", json!(["newPendingTransactions", true])),
        // What is set before there is a block.
        (6, "anvil_setCode", json!([KEEPER, keeper])),
        (7, "anvil_setBalance", json!([DOOMED, "0x5"])),
        (8, "anvil_setStorageAt", json!([DOOMED, "0x1", NOBODY_WORD])),
        (9, "evm_snapshot", json!([])),
        (1_000, "eth_sendTransaction", pay(json!({}))),
        (
            2_000,
            "eth_sendTransaction",
            json!([{ "from": ALICE, "to": KEEPER, "input": NOBODY_WORD }]),
        ),
        (
            3_000,
            "eth_sendTransaction",
            json!([{ "from": BOB, "input": fleeting }]),
        ),
        (4_000, "evm_snapshot", json!([])),
        (5_000, "anvil_setNonce", json!([NOBODY, "0x7"])),
        (6_000, "evm_mine", json!([])),
        // All but two of these are reserved.
        (6_200, "hardhat_mine", json!([1_200])),
        // The same head as in the snapshot that follows, with another state.
        (6_500, "evm_snapshot", json!([])),
        (6_600, "anvil_setBalance", json!([NOBODY, "0x77"])),
        (7_000, "anvil_setCoinbase", json!([NOBODY])),
        (7_001, "evm_setBlockGasLimit", json!(["0x1000000"])),
        (
            7_002,
            "anvil_setNextBlockBaseFeePerGas",
            json!(["0x77359400"]),
        ),
        (7_003, "evm_increaseTime", json!(["0x64"])),
        (7_003, "evm_setIntervalMining", json!([5])),
        (7_004, "evm_setAutomine", json!([false])),
        (7_005, "anvil_impersonateAccount", json!([KEEPER])),
        (
            7_006,
            "anvil_setBalance",
            json!([KEEPER, "0xde0b6b3a7640000"]),
        ),
        (
            7_007,
            "eth_sendTransaction",
            json!([{ "from": KEEPER, "to": BOB }]),
        ),
        (8_000, "eth_sendTransaction", pay(json!({}))),
        (8_001, "eth_sendTransaction", pay(json!({ "nonce": "0x9" }))),
        (
            8_002,
            "eth_sendTransaction",
            json!([{
                "from": BOB, "to": NOBODY, "maxFeePerBlobGas": "0x3b9aca00",
                "blobs": [blob], "commitments": [point], "proofs": [point],
            }]),
        ),
        (8_003, "evm_setNextBlockTimestamp", json!(["0x6b49f000"])),
        (8_500, "evm_snapshot", json!([])),
        (9_000, "evm_mine", json!([])),
        (9_001, "eth_getFilterChanges", json!(["@0"])),
        (9_002, "eth_getFilterChanges", json!(["@1"])),
        (9_100, "anvil_setBlockTimestampInterval", json!([7])),
        (9_200, "evm_setIntervalMining", json!([3])),
        (9_300, "anvil_autoImpersonateAccount", json!([true])),
        (10_000, "evm_revert", json!(["0x4"])),
        (11_000, "evm_mine", json!([])),
        (12_000, "evm_revert", json!(["0x2"])),
        (13_000, "evm_mine", json!([])),
        (13_500, "evm_revert", json!(["0x1"])),
        (14_000, "evm_mine", json!([])),
        (15_000, "anvil_reset", json!([])),
        (16_000, "evm_mine", json!([])),
    ]
}

const NOBODY_WORD: &str = "0x00000000000000000000000000000000000000000000000000000000000000c0";

#[test]
fn a_node_that_was_saved_is_the_same_and_goes_on_the_same() {
    let options = json!({ "mining": "auto" });
    let mut kept = Conversation::new(options.clone());
    let mut saved = Conversation::new(options.clone());
    let mut ids = Ids::default();
    for (step, (now, method, params)) in script().into_iter().enumerate() {
        let params = ids.put(&params);
        let step = format!("step {step}, {method}");
        for talk in [&mut kept, &mut saved] {
            talk.now = 1_800_000_000_000 + now;
        }
        let one = kept.answer(method, params.clone());
        let other = saved.answer(method, params);
        assert!(one.changed, "{step}: {:?}", one.result);
        assert_eq!(one, other, "{step}");
        ids.note(method, &one.result.unwrap().parse().unwrap());
        assert_eq!(kept.notified(), saved.notified(), "{step}");
        saved.node = again(&options, &saved.node);
        assert_same(&kept.node, &saved.node, &step);
        for (method, params) in questions() {
            let params = ids.put(&params);
            let one = kept.answer(method, params.clone()).result;
            let other = saved.answer(method, params).result;
            assert_eq!(
                one.map_err(|error| error.message),
                other.map_err(|error| error.message),
                "{step}: {method}"
            );
        }
    }
}

#[test]
fn a_recorded_chain_is_saved_with_every_state() {
    let genesis: Value = serde_json::from_slice(execution_apis::genesis_text()).unwrap();
    let options = json!({ "genesis": genesis });
    let mut talk = Conversation::new(options.clone());
    let engine = Engine::new(2).unwrap();
    let host = Host {
        engine: &engine,
        now: talk.now,
        entropy: [7; 16],
        clock: None,
        memory: None,
        cancel: None,
    };
    let blocks = execution_apis::blocks();
    assert_eq!(talk.node.import(&host, blocks).unwrap(), 54);
    let saved = again(&options, &talk.node);
    assert_same(&talk.node, &saved, "imported");
    for number in 1..=54 {
        let block = saved.chain().block_at(number).unwrap();
        let root = block.block.header.state_root;
        assert_eq!(block.state.root(), root, "block {number}");
        for transaction in &block.block.body.transactions {
            let hash = *transaction.tx_hash();
            let there = talk.node.chain().transaction(hash);
            assert_eq!(saved.chain().transaction(hash), there, "{hash}");
        }
    }
}

/// `bytes` with the checksum of what is before it.
fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 4);
    let mut crc = Crc::new();
    crc.update(&bytes);
    bytes.extend(crc.sum().to_be_bytes());
    bytes
}

/// A host may have lost some of it.
#[test]
fn bytes_that_are_spoilt_are_an_error() {
    let mut talk = Conversation::new(json!({}));
    let mut ids = Ids::default();
    for (now, method, params) in script().into_iter().take(20) {
        talk.now = 1_800_000_000_000 + now;
        let result = talk.ask(method, ids.put(&params));
        ids.note(method, &result);
    }
    let bytes = talk.node.save();
    let mut refused = 0;
    for at in (0..bytes.len()).step_by(bytes.len() / 300 + 1) {
        let damaged = |bytes: &[u8]| matches!(Node::restore(bytes), Err(RestoreError::Damaged));
        assert!(damaged(&bytes[..at]), "cut at {at}");
        let mut spoilt = bytes.clone();
        spoilt[at] ^= 0xff;
        assert!(damaged(&spoilt), "spoilt at {at}");
        // Whoever spoils it may know of the checksum: it is an error or a node.
        refused += usize::from(Node::restore(&summed(spoilt)).is_err());
    }
    assert!(refused > 20, "{refused} were refused");
}

#[test]
fn bytes_of_another_version_are_an_error_that_says_so() {
    let mut bytes = Conversation::new(json!({})).node.save();
    assert_eq!(bytes[..8], *b"pvmn\0\0\0\x04");
    bytes[7] = 0x7f;
    let error = Node::restore(&summed(bytes)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a saved node has format 127, this version reads 4"
    );
}

/// Format 3 was a list in RLP, which began with the number of the format.
#[test]
fn bytes_of_format_3_are_an_error_that_says_so() {
    let list = [0xf8, 60, 3].into_iter().chain([0x80; 59]);
    let bytes = list.chain([0; 4]).collect();
    let error = Node::restore(&summed(bytes)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a saved node has format 3, this version reads 4"
    );
}

#[test]
fn bytes_of_something_else_are_an_error() {
    for other in [
        &b""[..],
        b"pvm",
        b"pvmn\0\0",
        b"PNG, but not a node",
        &[0xc0],
    ] {
        let bytes = [other, &[0; 4]].concat();
        let error = Node::restore(&summed(bytes)).unwrap_err();
        assert!(matches!(error, RestoreError::Damaged), "{other:?}: {error}");
    }
    let mut longer = Conversation::new(json!({})).node.save();
    longer.extend([0; 3]);
    let error = Node::restore(&summed(longer)).unwrap_err();
    assert!(matches!(error, RestoreError::Trailing(3)), "{error}");
}

/// Every length in the bytes is a claim of who wrote them.
#[test]
fn a_length_that_the_bytes_do_not_hold_is_an_error() {
    let node = Conversation::new(json!({})).node;
    let saved = node.save();
    let options = serde_json::to_string(node.options()).unwrap();
    let start = saved.iter().position(|byte| *byte == b'{').unwrap();
    let end = start + options.len();
    assert_eq!(saved[start..end], *options.as_bytes());
    // The sequences that follow the options, each with a length of 2^63.
    let claim = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    for zeros in 0..12 {
        let mut bytes = saved[..end].to_vec();
        bytes.extend(std::iter::repeat_n(0, zeros));
        bytes.extend(claim);
        bytes.extend([0; 4]);
        let error = Node::restore(&summed(bytes)).unwrap_err();
        assert!(
            matches!(error, RestoreError::Encoding(_)),
            "{zeros} zeros: {error}"
        );
    }
    // The text of the options itself.
    let mut bytes = saved[..8].to_vec();
    bytes.extend(claim);
    bytes.extend([0; 4]);
    let error = Node::restore(&summed(bytes)).unwrap_err();
    assert!(matches!(error, RestoreError::Encoding(_)), "{error}");
}
