//! When a node makes blocks, and of what.

use alloy_eips::{eip7002, eip7251};
use parevm::{ExecuteOptions, system::eip6110::DEPOSIT_EVENT};
use parevm_node::{Chain, node::Host, rpc::ErrorCode};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The first accounts of everybody's development nodes.
const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const ETHER: u64 = 1_000_000_000_000_000_000;

fn wei(ether: u64) -> String {
    format!("{:#x}", u128::from(ether) * u128::from(ETHER))
}

fn block(talk: &mut Conversation, tag: &str) -> Value {
    talk.ask("eth_getBlockByNumber", json!([tag, false]))
}

/// A payment of one wei to Bob.
fn payment(from: &str, more: Value) -> Value {
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

    // A chain with the same genesis block imports what was made.
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

fn alloy_hex(bytes: &[u8]) -> String {
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
    let made = block(&mut talk, "latest")["transactions"].clone();
    assert_eq!(made, json!([middle, cheap, rich]));
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
        let made = block(&mut talk, "latest");
        assert_eq!(made["transactions"].as_array().unwrap().len(), 2);
        assert_eq!(made["gasUsed"], "0xa410");
        assert_eq!(made["gasLimit"], "0x15f90");
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
    let made = block(&mut talk, "latest");
    assert_eq!(made["transactions"], json!([hash]));
    assert_eq!(made["baseFeePerGas"], "0x0");
}

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

/// A block's gas limit may be raised without end, and so may that of a transaction before Osaka.
#[test]
fn a_block_that_does_not_end_is_ended() {
    let now = AtomicU64::new(0);
    // Each look at the clock takes a millisecond.
    let clock = || now.fetch_add(1_000_000, Relaxed);
    let endless = "0x00000000000000000000000000000000000000cc";
    let london = json!({
        "chainId": 1, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
        "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0,
        "berlinBlock": 0, "londonBlock": 0,
    });
    let genesis = json!({
        "config": london, "difficulty": "0x1", "gasLimit": "0x10000000000000",
        "alloc": {
            ALICE: { "balance": wei(1_000_000_000) },
            // JUMPDEST, PUSH1 0, JUMP
            endless: { "balance": "0x0", "code": "0x5b600056" },
        },
    });
    let limits = json!({ "time": 50 });
    let mut talk = Conversation::new(json!({
        "genesis": genesis, "limits": limits, "mining": "manual",
    }));
    let before = talk.node.chain().head().hash;
    let ask = |talk: &mut Conversation, method: &str, params: Value| {
        let Value::Array(params) = params else {
            panic!("{params}")
        };
        let host = Host {
            engine: &talk.engine,
            now: talk.now,
            entropy: [7; 16],
            clock: Some(&clock),
            memory: None,
            cancel: None,
        };
        talk.node.request(&host, method, &params)
    };
    let request = json!([{ "from": ALICE, "to": endless, "gas": "0x10000000000000" }]);
    talk.ask("eth_sendTransaction", request);
    // To look at what is pending is the same work.
    let pending = json!([ALICE, "pending"]);
    for (method, params) in [("evm_mine", json!([])), ("eth_getBalance", pending)] {
        now.store(0, Relaxed);
        let answer = ask(&mut talk, method, params);
        assert!(!answer.changed, "{method}");
        let code = answer.result.unwrap_err().code;
        assert_eq!(code, ErrorCode::Call(-32_016), "{method}");
        assert!(now.load(Relaxed) < 60_000_000, "{method}");
    }
    assert_eq!(talk.node.chain().head().hash, before);

    talk.ask("anvil_dropAllTransactions", json!([]));
    talk.ask(
        "eth_sendTransaction",
        payment(ALICE, json!({ "gas": "0x5208" })),
    );
    let answer = ask(&mut talk, "evm_mine", json!([]));
    assert!(answer.result.is_ok());
    assert_eq!(talk.node.chain().head().number(), 1);
}

/// Transactions that are each short may be many.
#[test]
fn a_block_of_many_transactions_is_ended() {
    let now = AtomicU64::new(0);
    let clock = || now.fetch_add(1_000_000, Relaxed);
    let mut talk = Conversation::new(json!({ "limits": { "time": 50 }, "mining": "manual" }));
    for nonce in 0..100_u64 {
        let request = payment(
            ALICE,
            json!({ "gas": "0x5208", "nonce": format!("{nonce:#x}") }),
        );
        talk.ask("eth_sendTransaction", request);
    }
    let before = talk.node.chain().head().hash;
    let host = Host {
        engine: &talk.engine,
        now: talk.now,
        entropy: [7; 16],
        clock: Some(&clock),
        memory: None,
        cancel: None,
    };
    let answer = talk.node.request(&host, "evm_mine", &[]);
    assert_eq!(answer.result.unwrap_err().code, ErrorCode::Call(-32_016));
    assert!(now.load(Relaxed) < 60_000_000);
    assert_eq!(talk.node.chain().head().hash, before);
    talk.ask("evm_mine", json!([]));
    assert_eq!(talk.node.chain().head().receipts.len(), 100);
}

#[test]
fn what_is_pending_is_made_once_until_something_changes() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    talk.ask("eth_sendTransaction", payment(ALICE, json!({})));
    let asked = AtomicU64::new(0);
    let clock = || asked.fetch_add(1, Relaxed);
    let pending = |talk: &mut Conversation| {
        let host = Host {
            engine: &talk.engine,
            now: talk.now,
            entropy: [7; 16],
            clock: Some(&clock),
            memory: None,
            cancel: None,
        };
        asked.store(0, Relaxed);
        let params = [json!("pending"), json!(false)];
        let answer = talk.node.request(&host, "eth_getBlockByNumber", &params);
        let block: Value = answer.result.unwrap().parse().unwrap();
        let count = block["transactions"].as_array().unwrap().len();
        // The clock is looked at when a request begins, and while transactions run.
        (count, asked.load(Relaxed) > 1)
    };
    assert_eq!(pending(&mut talk), (1, true));
    assert_eq!(pending(&mut talk), (1, false));
    talk.ask("eth_sendTransaction", payment(BOB, json!({})));
    assert_eq!(pending(&mut talk), (2, true));
    assert_eq!(pending(&mut talk), (2, false));
    // A second later it would be another block.
    talk.now += 1_000;
    assert_eq!(pending(&mut talk), (2, true));
}

#[test]
fn a_pool_takes_no_more_than_it_can_hold() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let data = format!("0x{}", "00".repeat(1 << 20));
    let request = |nonce: u64| json!([{ "from": ALICE, "to": BOB, "gas": "0xf00000", "nonce": nonce_of(nonce), "input": data }]);
    // 64 MiB, of which what is beside the data takes the last.
    for nonce in 0..63 {
        talk.ask("eth_sendTransaction", request(nonce));
    }
    let error = talk.refused("eth_sendTransaction", request(63));
    assert_eq!(error.message, "txpool is full");
    assert_eq!(talk.ask("txpool_status", json!([]))["pending"], "0x3f");
    // Smaller ones come in.
    talk.ask("eth_sendTransaction", payment(BOB, json!({})));
    talk.ask("evm_mine", json!([]));
    talk.ask("eth_sendTransaction", request(63));
}

fn nonce_of(nonce: u64) -> String {
    format!("{nonce:#x}")
}

/// EIP-6110, with a contract of the chain's own.
#[test]
fn a_chain_may_name_its_deposit_contract() {
    let contract = "0x00000000000000000000000000000000000000de";
    let code = format!(
        "0x365f5f377f{}365fa1", // CALLDATACOPY of all, LOG1
        alloy_primitives::hex::encode(DEPOSIT_EVENT)
    );
    let mut event = vec![0_u8; 576];
    for (index, (at, length)) in [(160, 48), (256, 32), (320, 8), (384, 96), (512, 8)]
        .into_iter()
        .enumerate()
    {
        event[index * 32 + 30..index * 32 + 32].copy_from_slice(&u16::to_be_bytes(at));
        let at = usize::from(at);
        event[at + 31] = length;
        event[at + 32..at + 32 + usize::from(length)].fill(7);
    }
    let deposits = |named: Option<&str>| {
        let mut config = json!({ "chainId": 1, "terminalTotalDifficulty": 0 });
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
            "shanghaiTime",
            "cancunTime",
            "pragueTime",
        ] {
            config[fork] = json!(0);
        }
        config["depositContractAddress"] = json!(named);
        let mut alloc = json!({
            ALICE: { "balance": wei(1) },
            contract: { "balance": "0x0", "code": code },
        });
        for (address, code) in [
            (
                eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
                &eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_CODE,
            ),
            (
                eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
                &eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_CODE,
            ),
        ] {
            alloc[address.to_string()] = json!({ "balance": "0x0", "code": code });
        }
        let genesis = json!({ "config": config, "difficulty": "0x0", "gasLimit": "0x1c9c380", "alloc": alloc });
        let mut talk = Conversation::new(json!({ "genesis": genesis, "mining": "manual" }));
        let input = alloy_hex(&event);
        talk.ask(
            "eth_sendTransaction",
            json!([{ "from": ALICE, "to": contract, "input": input }]),
        );
        let head = talk.node.chain().head().hash;
        let zero = format!("0x{}", "00".repeat(32));
        let attributes = json!({
            "timestamp": "0x6b49d200", "prevRandao": zero, "suggestedFeeRecipient": BOB,
            "withdrawals": [], "parentBeaconBlockRoot": zero,
        });
        talk.ask("testing_buildBlockV1", json!([head, attributes]))["executionRequests"].clone()
    };
    assert_eq!(deposits(None), json!([]));
    let request = format!("0x00{}", "07".repeat(48 + 32 + 8 + 96 + 8));
    assert_eq!(deposits(Some(contract)), json!([request]));
}
