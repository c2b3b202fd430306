//! Mining: limits, the pending block and system contracts.

use super::mining::{ALICE, BOB, alloy_hex, payment, wei};
use alloy_eips::{eip7002, eip7251};
use parevm::system::eip6110::DEPOSIT_EVENT;
use parevm_node::{node::Host, rpc::ErrorCode};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
