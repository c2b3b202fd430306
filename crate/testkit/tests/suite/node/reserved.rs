//! Reserved blocks: many empty blocks, built on first access.

use alloy_primitives::B256;
use parevm::build::next_base_fee;
use parevm_node::Node;
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

pub(super) const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
pub(super) const LOUD: &str = "0x00000000000000000000000000000000000000c0";
pub(super) const HASHER: &str = "0x00000000000000000000000000000000000000c1";
pub(super) const BEGIN: u64 = 1_800_000_000;

/// Returns a node with a contract that logs topic 1, and one that returns the hash of a given block.
pub(super) fn node_with_contracts() -> Conversation {
    let mut talk = Conversation::new(json!({}));
    talk.ask("anvil_setCode", json!([LOUD, "0x60015f5fa1"]));
    // PUSH0, CALLDATALOAD, BLOCKHASH, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN.
    talk.ask("anvil_setCode", json!([HASHER, "0x5f35405f5260205ff3"]));
    talk
}

pub(super) fn call(talk: &mut Conversation) -> Value {
    let request = json!([{ "from": ALICE, "to": LOUD, "gas": "0x186a0" }]);
    talk.ask("eth_sendTransaction", request)
}

/// Asserts that every block from `first` on names the hash of its parent and has the base fee that follows.
pub(super) fn assert_linked(node: &Node, first: u64) {
    let chain = node.chain();
    let mut below = chain.block_at(first).unwrap();
    for number in first + 1..=chain.head().number() {
        let block = chain.block_at(number).unwrap();
        let (header, parent) = (&block.block.header, &below.block.header);
        assert_eq!(header.number, number);
        assert_eq!(header.parent_hash, below.hash, "block {number}");
        assert_eq!(block.hash, header.hash_slow(), "block {number}");
        assert!(header.timestamp > parent.timestamp, "block {number}");
        assert_eq!(
            header.base_fee_per_gas,
            Some(next_base_fee(parent)),
            "block {number}"
        );
        assert_eq!(header.state_root, block.state.root(), "block {number}");
        below = block;
    }
}

/// https://github.com/NomicFoundation/edr/issues/157
/// https://github.com/foundry-rs/foundry/issues/5499
#[test]
fn fifty_thousand_blocks_are_there_at_once_each_on_the_one_below() {
    let mut talk = node_with_contracts();
    talk.ask("evm_mine", json!([]));
    assert_eq!(talk.ask("hardhat_mine", json!(["0xc350"])), true);
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0xc351");
    assert_linked(&talk.node, 1);
    let block = talk.ask("eth_getBlockByNumber", json!(["0x61a8", true]));
    assert_eq!(block["timestamp"], format!("{:#x}", BEGIN + 24_999));
    assert_eq!(block["transactions"], json!([]));
    assert_eq!(block["gasUsed"], "0x0");
    assert_eq!(block["gasLimit"], "0x1c9c380");
    // It falls to 7 wei, an eighth of which is nothing.
    assert_eq!(block["baseFeePerGas"], "0x7");
    // Time goes on from the last block.
    let head = talk.node.chain().head();
    assert_eq!(head.block.header.timestamp, BEGIN + 50_000);
    talk.now += 10_000;
    talk.ask("evm_mine", json!([]));
    let head = talk.node.chain().head();
    assert_eq!(head.block.header.timestamp, BEGIN + 50_010);
}

#[test]
fn a_reserved_block_is_read_like_any_other() {
    let mut talk = node_with_contracts();
    call(&mut talk);
    talk.ask("anvil_mine", json!([20_000]));
    call(&mut talk);
    let at = json!("0x2710");
    let block = talk.ask("eth_getBlockByNumber", json!([at, false]));
    let hash = block["hash"].clone();
    assert_eq!(talk.ask("eth_getBlockByHash", json!([hash, false])), block);
    for asked in [
        at.clone(),
        json!({ "blockHash": hash }),
        json!({ "blockNumber": at }),
    ] {
        assert_eq!(talk.ask("eth_getBlockReceipts", json!([asked])), json!([]));
        let nonce = talk.ask("eth_getTransactionCount", json!([ALICE, asked]));
        assert_eq!(nonce, "0x1");
        let code = talk.ask("eth_getCode", json!([LOUD, asked]));
        assert_eq!(code, "0x60015f5fa1");
        let proof = talk.ask("eth_getProof", json!([LOUD, [], asked]));
        assert!(!proof["accountProof"].as_array().unwrap().is_empty());
    }
    let count = talk.ask("eth_getBlockTransactionCountByHash", json!([hash]));
    assert_eq!(count, "0x0");
    let none = talk.ask(
        "eth_getTransactionByBlockNumberAndIndex",
        json!([at, "0x0"]),
    );
    assert_eq!(none, Value::Null);
    let traces = talk.ask("debug_traceBlockByNumber", json!([at, {}]));
    assert_eq!(traces, json!([]));
    let raw = talk.ask("debug_getRawBlock", json!([at]));
    let raw: alloy_primitives::Bytes = serde_json::from_value(raw).unwrap();
    assert_eq!(block["size"], format!("{:#x}", raw.len()));
    // BLOCKHASH knows the last 256 blocks, at the head and at a reserved block.
    for (tag, asked, known) in [
        ("latest", 20_002_u64 - 256, true),
        ("latest", 20_001, true),
        ("latest", 20_002 - 257, false),
        ("0x2710", 10_000 - 1, true),
        ("0x2710", 10_000 - 256, true),
    ] {
        let input = format!("0x{asked:064x}");
        let answer = talk.ask("eth_call", json!([{ "to": HASHER, "input": input }, tag]));
        let expected = talk.node.chain().block_at(asked).unwrap().hash;
        let expected = if known { expected } else { B256::ZERO };
        assert_eq!(answer, json!(expected), "{asked} at {tag}");
    }
    let logs = talk.ask("eth_getLogs", json!([{ "fromBlock": "0x0" }]));
    let numbers: Vec<_> = logs
        .as_array()
        .unwrap()
        .iter()
        .map(|log| &log["blockNumber"])
        .collect();
    assert_eq!(numbers, ["0x1", "0x4e22"]);
    let logs = talk.ask(
        "eth_getLogs",
        json!([{ "fromBlock": "0x2", "toBlock": "0x4e21" }]),
    );
    assert_eq!(logs, json!([]));
    assert_eq!(
        talk.ask("eth_getLogs", json!([{ "blockHash": hash }])),
        json!([])
    );
    let history = talk.ask("eth_feeHistory", json!(["0x400", "0x2710", [50]]));
    assert_eq!(history["oldestBlock"], "0x2311");
    assert_eq!(history["baseFeePerGas"].as_array().unwrap().len(), 1_025);
    assert_eq!(history["baseFeePerGas"][1_024], "0x7");
    assert_eq!(history["gasUsedRatio"][5], 0.0);
    assert_eq!(history["reward"][1_023], json!(["0x0"]));
    let unknown = talk.ask("eth_getBlockByNumber", json!(["0x4e23", false]));
    assert_eq!(unknown, Value::Null);
}

#[test]
fn reserved_blocks_lie_as_far_apart_as_was_asked_for() {
    let timestamps = |method: &str, params: Value| {
        let mut talk = Conversation::new(json!({}));
        talk.ask(method, params);
        talk.ask("evm_mine", json!([]));
        [1, 2, 3, 25_000, 49_999, 50_000, 50_001].map(|number| {
            let block = talk.node.chain().block_at(number).unwrap();
            block.block.header.timestamp - BEGIN
        })
    };
    let (minute, day) = (60, 86_400);
    assert_eq!(
        timestamps("hardhat_mine", json!(["0xc350", "0x3c"])),
        [
            0,
            60,
            120,
            24_999 * minute,
            49_998 * minute,
            49_999 * minute,
            49_999 * minute + 1
        ]
    );
    assert_eq!(
        timestamps("anvil_mine", json!([50_000, day])),
        [
            day,
            2 * day,
            3 * day,
            25_000 * day,
            49_999 * day,
            50_000 * day,
            50_000 * day + 1
        ]
    );
    assert_eq!(
        timestamps("evm_mine", json!([{ "blocks": 50_000 }])),
        [0, 1, 2, 24_999, 49_998, 49_999, 50_000]
    );
}

#[test]
fn what_is_pending_is_mined_before_blocks_are_reserved() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let payment = |talk: &mut Conversation, fee: &str, nonce: u64| {
        let request = json!([{
            "from": ALICE, "to": LOUD, "gas": "0x5208", "nonce": format!("{nonce:#x}"),
            "maxFeePerGas": fee, "maxPriorityFeePerGas": "0x0",
        }]);
        talk.ask("eth_sendTransaction", request)
    };
    let now = payment(&mut talk, "0x77359400", 0);
    // 0.1 gwei: the base fee is 1 gwei times 0.875 to the power of the height, so block 18 takes it.
    let later = payment(&mut talk, "0x5f5e100", 1);
    // The base fee does not fall below 7 wei.
    let never = payment(&mut talk, "0x3", 2);
    talk.ask("hardhat_mine", json!(["0xc350"]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0xc350");
    let place = |talk: &mut Conversation, hash: Value| {
        talk.ask("eth_getTransactionByHash", json!([hash]))["blockNumber"].clone()
    };
    assert_eq!(place(&mut talk, now), "0x1");
    assert_eq!(place(&mut talk, later), "0x12");
    assert_eq!(place(&mut talk, never), Value::Null);
    assert_linked(&talk.node, 0);
}

#[test]
fn a_snapshot_lies_below_or_above_reserved_blocks() {
    let mut talk = node_with_contracts();
    let below = talk.ask("evm_snapshot", json!([]));
    talk.ask("hardhat_mine", json!([30_000]));
    let hash = talk.ask("eth_getBlockByNumber", json!(["0x3a98", false]))["hash"].clone();
    let above = talk.ask("evm_snapshot", json!([]));
    call(&mut talk);
    talk.ask("hardhat_mine", json!([10_000]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x9c41");
    assert_linked(&talk.node, 0);
    talk.ask("evm_revert", json!([above]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x7530");
    assert_eq!(
        talk.ask("eth_getBlockByHash", json!([hash, false]))["number"],
        "0x3a98"
    );
    talk.ask("evm_revert", json!([below]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");
    assert_eq!(
        talk.ask("eth_getBlockByHash", json!([hash, false])),
        Value::Null
    );
    assert_eq!(
        talk.ask("eth_getBlockByNumber", json!(["0x3a98", false])),
        Value::Null
    );
    // The same again, with another state.
    talk.ask("anvil_setBalance", json!([LOUD, "0x7"]));
    talk.ask("hardhat_mine", json!([30_000]));
    let again = talk.ask("eth_getBlockByNumber", json!(["0x3a98", false]))["hash"].clone();
    assert_ne!(again, hash);
    assert_eq!(talk.ask("eth_getBalance", json!([LOUD, "0x3a98"])), "0x7");
}

#[test]
fn a_saved_node_has_its_reserved_blocks_without_their_bytes() {
    let mut talk = node_with_contracts();
    talk.ask("evm_snapshot", json!([]));
    call(&mut talk);
    talk.ask("hardhat_mine", json!(["0xc350", "0x3c"]));
    talk.ask("evm_snapshot", json!([]));
    call(&mut talk);
    talk.ask("anvil_mine", json!([2_000]));
    talk.ask("anvil_setBalance", json!([LOUD, "0x9"]));
    let bytes = talk.node.save();
    assert!(bytes.len() < 100_000, "{} bytes", bytes.len());
    let saved = Node::restore(&bytes).unwrap();
    let (kept, saved_chain) = (talk.node.chain(), saved.chain());
    assert_eq!(saved_chain.head().number(), 52_002);
    for number in (0..=52_002)
        .step_by(997)
        .chain([1, 2, 50_000, 50_001, 50_002, 52_001, 52_002])
    {
        let (one, other) = (
            kept.block_at(number).unwrap(),
            saved_chain.block_at(number).unwrap(),
        );
        assert_eq!(one.hash, other.hash, "block {number}");
        assert_eq!(one.block, other.block, "block {number}");
        assert_eq!(one.size, other.size, "block {number}");
        assert_eq!(one.state.root(), other.state.root(), "block {number}");
        assert!(saved_chain.block(one.hash).is_some(), "block {number}");
    }
    let expected = talk.ask("eth_getBlockByNumber", json!(["latest", true]));
    talk.node = saved;
    assert_eq!(
        talk.ask("eth_getBlockByNumber", json!(["latest", true])),
        expected
    );
    assert_eq!(talk.ask("eth_getBalance", json!([LOUD, "latest"])), "0x9");
    call(&mut talk);
    // The state of the one below was changed after it was mined.
    assert_linked(&talk.node, 52_002);
    assert_eq!(talk.ask("evm_revert", json!(["0x2"])), true);
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0xc351");
    assert_eq!(talk.ask("evm_revert", json!(["0x1"])), true);
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");
}

/// A notification of each would be megabytes: Hardhat notifies of blocks that are mined, not of reserved ones.
#[test]
fn filters_and_subscribers_learn_of_blocks_that_are_not_reserved() {
    let mut talk = node_with_contracts();
    let blocks = talk.ask("eth_newBlockFilter", json!([]));
    let logs = talk.ask("eth_newFilter", json!([{ "address": LOUD }]));
    talk.ask("eth_subscribe", json!(["newHeads"]));
    talk.ask("hardhat_mine", json!([50_000]));
    call(&mut talk);
    let hash =
        |talk: &Conversation, number| json!(talk.node.chain().block_at(number).unwrap().hash);
    let expected = [1, 50_000, 50_001].map(|number| hash(&talk, number));
    let received = talk.notified();
    let received: Vec<_> = received
        .iter()
        .map(|received| received["result"]["hash"].clone())
        .collect();
    assert_eq!(received, expected);
    let polled = talk.ask("eth_getFilterChanges", json!([blocks]));
    assert_eq!(polled, json!(expected));
    let polled = talk.ask("eth_getFilterChanges", json!([logs]));
    assert_eq!(polled.as_array().unwrap().len(), 1);
    assert_eq!(polled[0]["blockNumber"], "0xc351");
    // What is not many is mined block by block.
    talk.ask("hardhat_mine", json!([1_000]));
    let polled = talk.ask("eth_getFilterChanges", json!([blocks]));
    assert_eq!(polled.as_array().unwrap().len(), 1_000);
}
