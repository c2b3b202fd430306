//! Mining: timestamps of blocks, and mining modes.

use super::mining::{ALICE, BOB, block, payment};
use parevm_node::rpc::ErrorCode;
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

#[test]
fn blocks_have_the_time_that_they_are_given() {
    let mut talk = Conversation::new(json!({}));
    let time = |talk: &mut Conversation| {
        talk.ask("evm_mine", json!([]));
        let hex = block(talk, "latest")["timestamp"].clone();
        u64::from_str_radix(hex.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    };
    assert_eq!(time(&mut talk), 1_800_000_000);
    // Never the same time twice.
    assert_eq!(time(&mut talk), 1_800_000_001);
    talk.now += 60_000;
    assert_eq!(talk.ask("evm_increaseTime", json!([1_000])), json!(1_000));
    assert_eq!(time(&mut talk), 1_800_001_060);
    talk.ask("evm_setNextBlockTimestamp", json!(["0x6b7c7900"]));
    assert_eq!(time(&mut talk), 0x6b7c_7900);
    // Time goes on from there.
    talk.now += 5_000;
    assert_eq!(time(&mut talk), 0x6b7c_7905);
    let error = talk.refused("evm_setNextBlockTimestamp", json!([1_800_000_000]));
    assert_eq!(error.code, ErrorCode::InvalidParams);
    talk.ask("hardhat_mine", json!(["0x3", "0xa"]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x8");
    let last = block(&mut talk, "latest")["timestamp"].clone();
    assert_eq!(last, format!("{:#x}", 0x6b7c_7906 + 20));
    talk.ask("evm_mine", json!([{ "timestamp": 2_000_000_000 }]));
    assert_eq!(block(&mut talk, "latest")["timestamp"], "0x77359400");
}

/// https://github.com/foundry-rs/foundry/issues/8962
///
/// `anvil_mine` moves the clock before each block, `hardhat_mine` sets the second block apart from the first.
#[test]
fn an_interval_counts_for_the_first_block_in_anvil_and_not_in_hardhat() {
    let timestamps = |method: &str, params: Value| {
        let mut talk = Conversation::new(json!({}));
        talk.ask("evm_mine", json!([]));
        talk.ask(method, params);
        // An hour later by the clock of the host.
        talk.now += 3_600_000;
        talk.ask("evm_mine", json!([]));
        let chain = talk.node.chain();
        let head = chain.head().number();
        (2..=head)
            .map(|number| chain.block_at(number).unwrap().block.header.timestamp - 1_800_000_000)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        timestamps("anvil_mine", json!(["0x1", "0x15180"])),
        [86_400, 90_000]
    );
    assert_eq!(
        timestamps("anvil_mine", json!([3, 10])),
        [10, 20, 30, 3_630]
    );
    // Two blocks never have the same time, and viem sends zero for no interval.
    assert_eq!(timestamps("anvil_mine", json!([2])), [1, 2, 3_600]);
    assert_eq!(timestamps("anvil_mine", json!([2, "0x0"])), [1, 2, 3_600]);
    assert_eq!(
        timestamps("hardhat_mine", json!(["0x1", "0x15180"])),
        [1, 3_600]
    );
    assert_eq!(
        timestamps("hardhat_mine", json!(["0x3", "0x3c"])),
        [1, 61, 121, 3_721]
    );
    // Time goes on from the last one that was set.
    assert_eq!(timestamps("hardhat_mine", json!(["0x2"])), [1, 2, 3_602]);
}

#[test]
fn an_interval_counts_from_a_head_that_is_ahead_of_the_clock() {
    for method in ["anvil_mine", "hardhat_mine"] {
        let mut talk = Conversation::new(json!({}));
        for _ in 0..5 {
            talk.ask("evm_mine", json!([]));
        }
        talk.ask(method, json!([2, "0x15180"]));
        let timestamps = [5, 6, 7].map(|number| {
            let block = talk.node.chain().block_at(number).unwrap();
            block.block.header.timestamp - 1_800_000_000
        });
        let expected = match method {
            "anvil_mine" => [4, 86_404, 172_804],
            _ => [4, 5, 86_405],
        };
        assert_eq!(timestamps, expected, "{method}");
    }
}

#[test]
fn no_blocks_are_mined_where_none_are_asked_for() {
    let mut talk = Conversation::new(json!({}));
    assert_eq!(talk.ask("hardhat_mine", json!(["0x0"])), true);
    assert_eq!(talk.ask("anvil_mine", json!([0, 5])), Value::Null);
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");
}

/// https://hardhat.org/hardhat-network/docs/explanation/mining-modes
#[test]
fn automine_and_interval_mining_do_not_end_each_other() {
    let mut talk = Conversation::new(json!({}));
    let modes = |talk: &mut Conversation| {
        (
            talk.ask("anvil_getAutomine", json!([])),
            talk.ask("anvil_getIntervalMining", json!([])),
            talk.ask("eth_mining", json!([])),
        )
    };
    assert_eq!(modes(&mut talk), (json!(true), Value::Null, json!(true)));
    talk.ask("evm_setIntervalMining", json!([12]));
    assert_eq!(modes(&mut talk), (json!(true), json!(12), json!(true)));
    assert_eq!(talk.node.mining().interval, Some(12));
    // Each transaction makes a block as before.
    talk.ask("eth_sendTransaction", payment(ALICE, json!({})));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x1");
    talk.ask("anvil_setAutomine", json!([false]));
    assert_eq!(modes(&mut talk), (json!(false), json!(12), json!(true)));
    talk.ask("eth_sendTransaction", payment(ALICE, json!({})));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x1");
    talk.ask("anvil_setIntervalMining", json!(["0x0"]));
    assert_eq!(modes(&mut talk), (json!(false), Value::Null, json!(false)));
    talk.ask("evm_setAutomine", json!([true]));
    assert_eq!(modes(&mut talk), (json!(true), Value::Null, json!(true)));
    talk.ask("evm_setIntervalMining", json!([0]));
    assert_eq!(modes(&mut talk), (json!(true), Value::Null, json!(true)));
    // Neither comes back with an older state.
    let snapshot = talk.ask("evm_snapshot", json!([]));
    talk.ask("evm_setAutomine", json!([false]));
    talk.ask("evm_revert", json!([snapshot]));
    assert_eq!(talk.ask("anvil_getAutomine", json!([])), false);
}

#[test]
fn what_is_pending_is_mined_at_once_when_automine_comes_back() {
    let mut talk = Conversation::new(json!({ "mining": { "interval": 60 } }));
    // Two of these fit a block, as 42,000 gas is used.
    talk.ask("evm_setBlockGasLimit", json!(["0x15f90"]));
    let limit = json!({ "gas": "0xc350" });
    let sent: Vec<_> = (0..3)
        .map(|_| talk.ask("eth_sendTransaction", payment(ALICE, limit.clone())))
        .collect();
    let cheap = json!({ "gas": "0x5208", "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x0" });
    talk.ask("eth_sendTransaction", payment(BOB, cheap));
    talk.ask(
        "eth_sendTransaction",
        payment(ALICE, json!({ "gas": "0x5208", "nonce": "0x7" })),
    );
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");
    talk.ask("evm_setAutomine", json!([true]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x2");
    assert_eq!(
        block(&mut talk, "0x1")["transactions"],
        json!([sent[0], sent[1]])
    );
    assert_eq!(block(&mut talk, "0x2")["transactions"], json!([sent[2]]));
    // What cannot pay the base fee, and what lacks one before it, waits on.
    assert_eq!(
        talk.ask("txpool_status", json!([])),
        json!({ "pending": "0x1", "queued": "0x1" })
    );
    // It was on: no block.
    talk.ask("evm_setAutomine", json!([true]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x2");
    talk.ask("evm_setAutomine", json!([false]));
    talk.ask("evm_setAutomine", json!([true]));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x2");
}
