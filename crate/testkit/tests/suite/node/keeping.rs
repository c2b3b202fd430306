//! What a node keeps at most, and what its host's memory allows.

use alloy_primitives::{Address, hex, keccak256};
use parevm::Engine;
use parevm_node::{
    Node,
    node::{Host, HostMemory, NodeOptions},
    rpc::Response,
};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Instant,
};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

fn send(talk: &mut Conversation, nonce: usize) -> Value {
    let nonce = format!("{nonce:#x}");
    let request = json!([{ "from": ALICE, "to": BOB, "gas": "0x5208", "nonce": nonce }]);
    talk.ask("eth_sendTransaction", request)
}

#[test]
fn snapshots_are_bounded_and_share_a_pool_when_they_are_saved() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    for nonce in 0..500 {
        send(&mut talk, nonce);
    }
    let before = talk.node.save().len();
    let mut numbers = Vec::new();
    for _ in 0..2_500 {
        numbers.push(talk.ask("evm_snapshot", json!([])));
    }
    let error = talk.refused("evm_snapshot", json!([]));
    assert_eq!(error.code.number(), -32_005);
    assert_eq!(error.message, "2500 snapshots are kept: revert to one");
    // 2,500 times 500 transactions would be more than a million.
    let bytes = talk.node.save().len() - before;
    assert!(bytes < 2_500 * 100, "{bytes} bytes");
    talk.node = Node::restore(&talk.node.save()).unwrap();
    assert_eq!(talk.ask("evm_revert", json!([numbers[2_499]])), true);
    assert_eq!(talk.ask("evm_revert", json!([numbers[2_499]])), false);
    talk.ask("evm_snapshot", json!([]));
    talk.ask("anvil_reset", json!([]));
    talk.ask("evm_snapshot", json!([]));
}

#[test]
fn the_pool_of_each_snapshot_is_saved_by_what_has_changed() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let content = |talk: &mut Conversation| talk.ask("txpool_content", json!([]));
    let mut expected = Vec::new();
    let mut hashes = Vec::new();
    for round in 0..12 {
        hashes.push(send(&mut talk, 2 * round));
        hashes.push(send(&mut talk, 2 * round + 1));
        match round % 4 {
            1 => drop(talk.ask("anvil_dropTransaction", json!([hashes[2 * round]]))),
            2 => {
                // In place of another with the same nonce.
                let request = json!([{
                    "from": ALICE, "to": ALICE, "gas": "0x5208", "nonce": format!("{:#x}", 2 * round),
                    "maxFeePerGas": format!("{:#x}", 100_000_000_000_u64 << round),
                    "maxPriorityFeePerGas": format!("{:#x}", 50_000_000_000_u64 << round),
                }]);
                talk.ask("eth_sendTransaction", request);
            }
            3 => drop(talk.ask("evm_mine", json!([]))),
            _ => {}
        }
        let number = talk.ask("evm_snapshot", json!([]));
        expected.push((number, content(&mut talk)));
    }
    let last = content(&mut talk);
    talk.node = Node::restore(&talk.node.save()).unwrap();
    assert_eq!(content(&mut talk), last);
    for (number, pool) in expected.into_iter().rev() {
        assert_eq!(talk.ask("evm_revert", json!([number])), true);
        assert_eq!(content(&mut talk), pool, "{number}");
        // What is brought back goes on, and is saved again.
        talk.node = Node::restore(&talk.node.save()).unwrap();
        assert_eq!(content(&mut talk), pool, "{number}");
    }
}

#[test]
fn impersonated_accounts_are_bounded() {
    let mut talk = Conversation::new(json!({}));
    let address = |number: usize| json!([format!("0x{number:040x}")]);
    for number in 0..10_000 {
        talk.ask("anvil_impersonateAccount", address(number));
    }
    talk.ask("anvil_impersonateAccount", address(0));
    let error = talk.refused("anvil_impersonateAccount", address(10_000));
    assert_eq!(error.code.number(), -32_005);
    assert_eq!(error.message, "10000 accounts are impersonated: stop one");
    talk.ask("anvil_stopImpersonatingAccount", address(7));
    talk.ask("anvil_impersonateAccount", address(10_000));
}

/// What a node answers whose host has so many bytes in use, and so many left for the request. Each question about
/// the bytes in use finds `growth` more.
fn within(
    node: &mut Node,
    (in_use, free, growth): (usize, usize, usize),
    method: &str,
    params: Value,
) -> Response {
    let engine = Engine::new(1).unwrap();
    let bytes = AtomicUsize::new(in_use);
    let in_use = || bytes.fetch_add(growth, Relaxed);
    let host = Host {
        engine: &engine,
        now: 1_800_000_000_000,
        entropy: [9; 16],
        clock: None,
        memory: Some(HostMemory {
            in_use: &in_use,
            free,
        }),
        cancel: None,
    };
    let Value::Array(params) = params else {
        panic!("{params} is no list");
    };
    node.request(&host, method, &params)
}

#[test]
fn a_node_whose_memory_is_full_takes_no_change_but_those_that_free_some() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let number = talk.ask("evm_snapshot", json!([]));
    let hash = send(&mut talk, 0);
    let filter = talk.ask("eth_newBlockFilter", json!([]));
    let heads = talk.ask("eth_subscribe", json!(["newHeads"]));
    let node = &mut talk.node;
    let grows = [
        ("evm_snapshot", json!([])),
        ("evm_mine", json!([])),
        ("anvil_setBalance", json!([BOB, "0x1"])),
        ("anvil_setCode", json!([BOB, "0x00"])),
        ("anvil_setStorageAt", json!([BOB, "0x0", "0x1"])),
        ("eth_sendTransaction", json!([{ "from": BOB, "to": ALICE }])),
        ("eth_newBlockFilter", json!([])),
        ("eth_subscribe", json!(["newHeads"])),
        ("anvil_impersonateAccount", json!([BOB])),
    ];
    // At the bound, and one byte above it.
    for (method, params) in &grows {
        let answer = within(&mut node.clone(), (200, 100, 0), method, params.clone());
        assert!(answer.result.is_ok(), "{method}: {:?}", answer.result);
        let answer = within(node, (202, 100, 0), method, params.clone());
        let error = answer.result.unwrap_err();
        assert_eq!(error.code.number(), -32_005, "{method}");
        assert_eq!(
            error.message,
            "the node has no memory for more: revert, roll back or reset it"
        );
        assert!(!answer.changed);
    }
    for (method, params) in [
        ("eth_blockNumber", json!([])),
        ("eth_getFilterChanges", json!([filter])),
        ("eth_uninstallFilter", json!([filter])),
        ("eth_unsubscribe", json!([heads])),
        ("anvil_dropTransaction", json!([hash])),
        ("evm_revert", json!([number])),
        ("anvil_reset", json!([])),
    ] {
        let answer = within(node, (1_000, 0, 1), method, params);
        assert!(answer.result.is_ok(), "{method}: {:?}", answer.result);
    }
}

#[test]
fn a_change_that_takes_more_memory_than_is_left_does_not_happen() {
    let mut talk = Conversation::new(json!({}));
    // What is in use grows by as much as is left, and by one byte more.
    let params = json!([BOB, "0x00"]);
    let memory = (10, 100, 100);
    let answer = within(
        &mut talk.node.clone(),
        memory,
        "anvil_setCode",
        params.clone(),
    );
    assert!(answer.changed, "{:?}", answer.result);
    let answer = within(&mut talk.node, (10, 100, 101), "anvil_setCode", params);
    let error = answer.result.unwrap_err();
    assert_eq!(error.code.number(), -32_005);
    assert_eq!(error.message, "the run took more than 100 bytes of memory");
    assert!(!answer.changed);
    assert_eq!(talk.ask("eth_getCode", json!([BOB, "latest"])), json!("0x"));
}

/// Transactions of 100 kB: 64 MiB hold 670 of them.
#[test]
fn the_pool_is_bounded_in_bytes() {
    let mut talk = Conversation::new(json!({ "mining": "manual", "genesis": rich() }));
    let data = format!("0x{}", "00".repeat(99_900));
    let mut sent = 0;
    let error = loop {
        let nonce = format!("{sent:#x}");
        let request = json!([{
            "from": ALICE, "to": BOB, "gas": "0x7a120", "nonce": nonce, "data": data,
        }]);
        match talk.answer("eth_sendTransaction", request).result {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error.message, "txpool is full");
    assert_eq!(error.code.number(), -32_000);
    assert_eq!(sent, 670);
}

/// A genesis in which Alice can pay for everything.
fn rich() -> Value {
    json!({
        "config": { "chainId": 1, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0,
            "eip158Block": 0, "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0,
            "istanbulBlock": 0, "berlinBlock": 0, "londonBlock": 0, "terminalTotalDifficulty": 0 },
        "gasLimit": "0x1c9c380", "difficulty": "0x0",
        "alloc": { ALICE: { "balance": format!("0x{}", "f".repeat(40)) } },
    })
}

/// JSON of options with so many accounts, slots of one account, and contracts.
fn genesis_of(accounts: usize, slots: usize, contracts: usize) -> String {
    let hash =
        |kind: u8, number: usize| keccak256([&[kind][..], &number.to_be_bytes()[..]].concat());
    let address = |kind, number| format!("\"{}\"", Address::from_word(hash(kind, number)));
    let plain =
        (0..accounts).map(|number| format!(r#"{}:{{"balance":"0x1"}}"#, address(0, number)));
    let slots: Vec<_> = (0..slots)
        .map(|number| format!(r#""{}":"{}""#, hash(1, number), hash(2, number)))
        .collect();
    let storage = format!(
        r#"{}:{{"balance":"0x0","storage":{{{}}}}}"#,
        address(3, 0),
        slots.join(",")
    );
    let contracts = (0..contracts).map(|number| {
        let code = hex::encode(hash(4, number));
        format!(
            r#"{}:{{"balance":"0x0","code":"0x{code}"}}"#,
            address(5, number)
        )
    });
    let alloc: Vec<_> = plain.chain([storage]).chain(contracts).collect();
    format!(
        r#"{{"genesis":{{"config":{{"chainId":1}},"gasLimit":"0x1c9c380","difficulty":"0x0","alloc":{{{}}}}}}}"#,
        alloc.join(",")
    )
}

/// Milliseconds in which a node begins, the least of three.
fn begins_in(options: &str) -> f64 {
    let once = || {
        let start = Instant::now();
        let options: NodeOptions = serde_json::from_str(options).unwrap();
        let node = Node::new(options).unwrap();
        assert_eq!(node.chain().head().number(), 0);
        start.elapsed().as_secs_f64() * 1_000.0
    };
    (0..3).map(|_| once()).fold(f64::INFINITY, f64::min)
}

#[test]
fn a_genesis_takes_time_in_proportion_to_its_size() {
    for (what, [accounts, slots, contracts]) in [
        ("accounts", [4_000, 1, 1]),
        ("slots", [1, 4_000, 1]),
        ("contracts", [1, 1, 4_000]),
    ] {
        let small = begins_in(&genesis_of(accounts, slots, contracts));
        let large = begins_in(&genesis_of(8 * accounts, 8 * slots, 8 * contracts));
        // Eight times as long where it grows with its size, 64 times where it grows with its square.
        assert!(large < 24.0 * small, "{what}: {small} ms, {large} ms");
    }
}
