//! A call without JSON is `eth_call`.

use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use parevm_node::node::{CallRequest, Host};
use parevm_testkit::{conversation::Conversation, random::Random};
use serde_json::{Map, Value, json};

const SEED: u64 = 0x5ca1_ab1e;
const CALLS: usize = 3_000;

/// Codes of contracts, which begin at the address `0xc000`.
const CODES: [&str; 7] = [
    // Returns its input.
    "365f5f37365ff3",
    // Reverts with its input.
    "365f5f37365ffd",
    // Loops.
    "5b5f56",
    // Returns caller, value, gas, gas price, base fee, number, time, gas limit, origin, coinbase.
    "335f52346020525a6040523a606052486080524360a0524260c0524560e052326101005241610120526101405ff3",
    // Increments the first slot, and returns it.
    "5f54600101805f555f5260205ff3",
    // Hashes its input with memory of its size.
    "365f5f37365f205f5260205ff3",
    // Takes 64 KiB of memory and returns them.
    "620100005ff3",
];

/// First address of the contracts.
const FIRST: u64 = 0xc000;

fn at(address: u64) -> Address {
    Address::left_padding_from(&address.to_be_bytes())
}

fn conversation(random: &mut Random) -> Conversation {
    let mut alloc = Map::new();
    // Code of random bytes, in which halts of all kinds occur.
    let noise = (0..40).map(|_| hex::encode(bytes(random, 64)));
    for (number, code) in (FIRST..).zip(CODES.map(str::to_owned).into_iter().chain(noise)) {
        let account = json!({ "code": format!("0x{code}"), "balance": "0x64" });
        alloc.insert(at(number).to_string(), account);
    }
    alloc.insert(
        at(0xaa).to_string(),
        json!({ "balance": "0xde0b6b3a7640000" }),
    );
    let rules = [
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
        "terminalTotalDifficulty",
        "shanghaiTime",
        "cancunTime",
        "pragueTime",
        "osakaTime",
    ];
    let mut config: Map<_, _> = rules
        .map(|rule| (rule.to_owned(), json!(0)))
        .into_iter()
        .collect();
    config.insert("chainId".to_owned(), json!(1));
    Conversation::new(json!({
        "genesis": { "config": config, "gasLimit": "0x1c9c380", "baseFeePerGas": "0x7", "difficulty": "0x0",
            "alloc": alloc },
        "limits": { "gas": 3_000_000, "answer": 100_000 },
    }))
}

fn bytes(random: &mut Random, most: u64) -> Vec<u8> {
    let length = random.below(most + 1);
    (0..length).map(|_| random.below(256) as u8).collect()
}

fn request(random: &mut Random) -> CallRequest {
    let from = [None, Some(0), Some(0xaa), Some(0xbb), Some(FIRST)];
    let value = [
        None,
        Some(U256::ZERO),
        Some(U256::from(1)),
        Some(U256::from(1_000)),
        Some(U256::MAX),
    ];
    let gas = [
        None,
        Some(0),
        Some(20_999),
        Some(21_000 + random.below(50_000)),
        Some(u64::MAX),
    ];
    let to = match random.below(8) {
        0 => random.below(0x14),
        1 => 0xaa,
        2 => 0xdead,
        _ => FIRST + random.below(CODES.len() as u64 + 40),
    };
    CallRequest {
        from: from[random.below(5) as usize].map(at),
        to: Some(TxKind::Call(at(to))),
        input: Bytes::from(bytes(random, 200)).into(),
        value: value[random.below(5) as usize],
        gas: gas[random.below(5) as usize],
        ..CallRequest::default()
    }
}

#[test]
fn a_call_without_json_returns_what_eth_call_returns() {
    let random = &mut Random::new(SEED);
    let mut talk = conversation(random);
    let (mut outputs, mut errors) = (0, 0);
    for index in 0..CALLS {
        let request = request(random);
        let params = json!([&request, "latest"]);
        let expected = talk.answer("eth_call", params).result;
        let host = Host {
            engine: &talk.engine,
            now: talk.now,
            entropy: [0; 16],
            clock: None,
            memory: None,
            cancel: None,
        };
        let found = talk.node.call(&host, &request);
        match &found {
            Ok(_) => outputs += 1,
            Err(_) => errors += 1,
        }
        let expected = expected.map(|output| output.parse::<Value>().unwrap());
        let found = found.map(|output| json!(output));
        assert_eq!(found, expected, "seed {SEED:#x}, call {index}: {request:?}");
    }
    assert!(
        outputs > CALLS / 10 && errors > CALLS / 10,
        "{outputs} outputs, {errors} errors"
    );
}
