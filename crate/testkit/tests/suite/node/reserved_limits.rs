//! Reserved blocks: their number, their forks, and methods that scan the chain.

use super::reserved::{ALICE, BEGIN, assert_linked, call, node_with_contracts};
use parevm_node::rpc::ErrorCode;
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

/// Hardhat mines a billion: https://github.com/NomicFoundation/edr/issues/157
#[test]
fn a_billion_blocks_are_reserved_and_those_near_the_head_are_linked() {
    let mut talk = node_with_contracts();
    talk.ask("hardhat_mine", json!(["0x3b9aca00"]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x3b9aca00");
    assert_linked(&talk.node, 1_000_000_000 - 65_000);
    let block = talk.ask("eth_getBlockByNumber", json!(["0x1dcd6500", false]));
    assert_eq!(block["timestamp"], format!("{:#x}", BEGIN + 499_999_999));
    assert_eq!(block["baseFeePerGas"], "0x7");
    let hash = block["hash"].clone();
    assert_eq!(talk.ask("eth_getBlockByHash", json!([hash, false])), block);
    let first = talk.ask("eth_getBlockByNumber", json!(["0x2", false]));
    let genesis = talk.ask("eth_getBlockByNumber", json!(["0x1", false]));
    assert_eq!(first["parentHash"], genesis["hash"]);
}

#[test]
fn blocks_that_no_chain_can_have_are_refused() {
    let mut talk = node_with_contracts();
    let before = talk.node.chain().head().hash;
    for (method, params, words) in [
        (
            "hardhat_mine",
            json!(["0xffffffffffffffff"]),
            "blocks: more than 4294967296",
        ),
        (
            "hardhat_mine",
            json!([100_000, "0xffffffffffffffff"]),
            "interval: the timestamp of the last block is no 64-bit number",
        ),
        (
            "anvil_mine",
            json!([100_000, "0xfffffffffffff"]),
            "interval: the timestamp of the last block is no 64-bit number",
        ),
        (
            "anvil_mine",
            json!([1, "0xffffffffffffffff"]),
            "interval: the clock cannot be moved by so many seconds",
        ),
    ] {
        let error = talk.refused(method, params);
        assert_eq!(error.code, ErrorCode::InvalidParams, "{error}");
        assert_eq!(error.message, words);
    }
    assert_eq!(talk.node.chain().head().hash, before);
}

/// Forks that begin within reserved blocks: https://eips.ethereum.org/EIPS/eip-7691
#[test]
fn reserved_blocks_follow_the_rules_of_their_forks() {
    let mut config = json!({ "chainId": 1, "terminalTotalDifficulty": 0, "shanghaiTime": 0 });
    for fork in [
        "homesteadBlock",
        "eip150Block",
        "eip155Block",
        "eip158Block",
        "byzantiumBlock",
        "constantinopleBlock",
        "petersburgBlock",
        "istanbulBlock",
        "berlinBlock",
        "londonBlock",
    ] {
        config[fork] = json!(0);
    }
    config["cancunTime"] = json!(BEGIN + 70_000);
    config["pragueTime"] = json!(BEGIN + 75_000);
    let genesis =
        json!({ "config": config, "difficulty": "0x0", "gasLimit": "0x1c9c380", "alloc": {} });
    let mut talk = Conversation::new(json!({ "genesis": genesis }));
    talk.ask("hardhat_mine", json!([140_000]));
    let header = |number: u64| {
        talk.node
            .chain()
            .block_at(number)
            .unwrap()
            .block
            .header
            .clone()
    };
    for (number, cancun, prague) in [
        (70_000, false, false),
        (70_001, true, false),
        (75_000, true, false),
        (75_001, true, true),
        (139_999, true, true),
    ] {
        let header = header(number);
        assert_eq!(header.timestamp, BEGIN + number - 1);
        assert!(header.withdrawals_root.is_some(), "block {number}");
        assert_eq!(header.excess_blob_gas.is_some(), cancun, "block {number}");
        assert_eq!(header.blob_gas_used.is_some(), cancun, "block {number}");
        assert_eq!(
            header.parent_beacon_block_root.is_some(),
            cancun,
            "block {number}"
        );
        assert_eq!(header.requests_hash.is_some(), prague, "block {number}");
        assert_eq!(header.base_fee_per_gas, Some(7), "block {number}");
    }
}

#[test]
fn methods_that_go_through_a_chain_pass_over_reserved_blocks() {
    let mut talk = node_with_contracts();
    let hash = call(&mut talk);
    talk.ask("hardhat_mine", json!(["0x7fffffff"]));
    let found = talk.ask("eth_getTransactionBySenderAndNonce", json!([ALICE, "0x0"]));
    assert_eq!(found["hash"], hash);
    let calls = talk.ask("trace_filter", json!([{ "fromAddress": [ALICE] }]));
    assert_eq!(calls.as_array().unwrap().len(), 1);
    assert_eq!(calls[0]["transactionHash"], hash);
    let refused = talk.answer("anvil_dumpState", json!([])).result;
    assert_eq!(refused.unwrap_err().code, ErrorCode::LimitExceeded);
    talk.ask("anvil_rollback", json!(["0x7ffffff0"]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x10");
    assert_linked(&talk.node, 1);
    talk.ask("anvil_rollback", json!(["0x10"]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");
    assert_eq!(
        talk.ask("eth_getTransactionByHash", json!([hash])),
        Value::Null
    );
}
