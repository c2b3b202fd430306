//! Simulated blocks, beyond the test vectors of execution-apis.

use crate::execution_apis;
use alloy_primitives::{Address, U256, address, hex};
use parevm::{
    Engine, ExecuteOptions,
    interrupt::{Interrupt, time_limit},
};
use parevm_node::{Chain, rpc};
use parevm_simulate::{
    CallLimits, SimulateError, SimulatePayload, SimulatedBlock, SimulationBase, simulate_blocks,
};
use serde_json::{Value, json};
use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

const RICH: Address = address!("00000000000000000000000000000000000000aa");
const CONTRACT: Address = address!("00000000000000000000000000000000000000cc");

/// The chain of execution-apis: its head is block 54, under Osaka.
static CHAIN: LazyLock<Chain> = LazyLock::new(execution_apis::chain);

fn simulate(payload: Value, limits: &CallLimits<'_>) -> Result<Vec<SimulatedBlock>, SimulateError> {
    let payload: SimulatePayload = serde_json::from_value(payload).unwrap();
    let head = CHAIN.head();
    let base = SimulationBase {
        block: head,
        state: &CHAIN.state_after(head),
        chain_id: CHAIN.chain_id(),
        schedule: CHAIN.schedule(),
    };
    simulate_blocks(base, &payload, limits)
}

/// The blocks as JSON-RPC has them.
fn blocks(payload: Value) -> Value {
    let blocks = rpc::call(&CHAIN, "eth_simulateV1", &[payload]).unwrap();
    blocks.parse().unwrap()
}

/// One block of one call on overridden accounts.
fn one(accounts: Value, call: Value) -> Value {
    json!({ "blockStateCalls": [{ "stateOverrides": accounts, "calls": [call] }] })
}

fn code_of(payload: Value) -> i32 {
    let error = rpc::call(&CHAIN, "eth_simulateV1", &[payload]).unwrap_err();
    error.code.number()
}

/// PUSH20 of an address, as hexadecimal digits.
fn push(address: Address) -> String {
    format!("73{address:x}")
}

#[test]
fn an_empty_block_with_validation_is_valid_on_the_chain() {
    let paid = "0x00000000000000000000000000000000000000bb";
    let payload = json!({
        "validation": true,
        "blockStateCalls": [
            { "blockOverrides": {
                "time": "0x1000",
                "feeRecipient": RICH,
                "prevRandao": format!("0x{:064x}", 7),
                "beaconRoot": format!("0x{:064x}", 8),
                "withdrawals": [
                    { "index": "0x0", "validatorIndex": "0x1", "address": paid, "amount": "0x3" },
                ],
            } },
            { "blockOverrides": { "number": "0x39" } },
        ],
    });
    let simulated = simulate(payload, &CallLimits::default()).unwrap();
    let mut chain = CHAIN.clone();
    let engine = Engine::new(1).unwrap();
    for simulated in &simulated {
        let bytes = alloy_rlp::encode(&simulated.block.block);
        let options = ExecuteOptions::default();
        let imported = chain.import(&engine, &bytes, &options).unwrap();
        assert_eq!(imported.hash, simulated.block.hash);
        assert_eq!(imported.size, simulated.block.size);
    }
    assert_eq!(chain.head().number(), 57);
    let gwei = U256::from(1_000_000_000);
    let account = chain.head().state.account(paid.parse().unwrap());
    assert_eq!(account.unwrap().balance, U256::from(3) * gwei);
}

#[test]
fn an_invalid_payload_has_the_code_of_the_specification() {
    let rich = json!({ RICH.to_string(): { "balance": "0xde0b6b3a7640000", "nonce": "0x5" } });
    let call = |mut fields: Value| {
        fields["from"] = json!(RICH);
        fields["to"] = json!(CONTRACT);
        one(rich.clone(), fields)
    };
    let validated = |fields: Value| {
        let mut payload = call(fields);
        payload["validation"] = json!(true);
        payload
    };
    let block = |overrides: Value| json!({ "blockStateCalls": [{ "blockOverrides": overrides }] });
    let accounts = |accounts: Value| json!({ "blockStateCalls": [{ "stateOverrides": accounts }] });
    let fee = "0x3b9aca00";
    let sha256 = Address::with_last_byte(2);
    let moved = |to: Address| json!({ "movePrecompileToAddress": to });
    let cases = [
        (json!({}), -32_602),
        (json!({ "blockStateCalls": [] }), -32_602),
        (
            json!({ "blockStateCalls": [{ "calls": [{ "gas": "much" }] }] }),
            -32_602,
        ),
        (block(json!({ "number": "0x137" })), -38_026),
        (block(json!({ "number": "0xffffffffffffffffff" })), -38_026),
        (
            block(json!({ "baseFeePerGas": "0xffffffffffffffffff" })),
            -32_602,
        ),
        (call(json!({ "gas": "0xbebc201" })), -38_015),
        (
            call(json!({ "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x2" })),
            -32_602,
        ),
        (
            call(json!({ "maxFeePerGas": "0x1", "gasPrice": "0x2" })),
            -32_000,
        ),
        (call(json!({ "chainId": "0x1" })), -32_000),
        (
            validated(json!({ "maxFeePerGas": fee, "nonce": "0x4" })),
            -38_010,
        ),
        (
            validated(json!({ "maxFeePerGas": fee, "nonce": "0x6" })),
            -38_011,
        ),
        (validated(json!({ "maxFeePerGas": "0x1" })), -38_012),
        (call(json!({ "gas": "0x5207" })), -38_013),
        (call(json!({ "value": "0xde0b6b3a7640001" })), -38_014),
        (
            one(
                json!({}),
                json!({ "input": format!("0x{}", "00".repeat(49_153)) }),
            ),
            -38_025,
        ),
        (
            accounts(json!({ sha256.to_string(): moved(sha256) })),
            -38_022,
        ),
        (
            accounts(
                json!({ sha256.to_string(): moved(RICH), RICH.to_string(): { "nonce": "0x1" } }),
            ),
            -38_023,
        ),
        (
            accounts(json!({ RICH.to_string(): { "state": {}, "stateDiff": {} } })),
            -32_000,
        ),
    ];
    for (payload, code) in cases {
        let text = payload.to_string();
        assert_eq!(code_of(payload), code, "{}", &text[..text.len().min(400)]);
    }
}

#[test]
fn one_gas_limit_applies_to_all_calls_together() {
    let limits = CallLimits {
        gas: 100_000,
        ..CallLimits::default()
    };
    let endless = json!({ CONTRACT.to_string(): { "code": "0x5b5f56" } });
    let run = |fields: Value| {
        let mut fields = fields;
        fields["to"] = json!(CONTRACT);
        let transfer = json!({ "from": RICH, "to": RICH });
        let calls = json!([transfer, fields]);
        let block = json!({ "stateOverrides": endless, "calls": calls });
        simulate(json!({ "blockStateCalls": [block] }), &limits)
    };
    // Its gas is capped at what is left.
    for fields in [json!({}), json!({ "gas": "0x186a0" })] {
        let simulated = run(fields).unwrap();
        let failed = &simulated[0].calls[1];
        assert_eq!((failed.status, failed.gas_used), (false, 79_000));
        assert_eq!(failed.error.as_ref().unwrap().code, -32_015);
    }
}

#[test]
fn a_request_ends_when_its_time_is_exceeded() {
    let endless = json!({ CONTRACT.to_string(): { "code": "0x5b5f56" } });
    let now = AtomicU64::new(0);
    let limit = Duration::from_nanos(100);
    let clock = || now.fetch_add(1, Relaxed);
    let watch = time_limit(&clock, limit);
    let limits = CallLimits {
        watch: Some(&watch),
        ..CallLimits::default()
    };
    let error = simulate(one(endless, json!({ "to": CONTRACT })), &limits).unwrap_err();
    assert_eq!(error.code(), -32_016, "{error}");
    assert_eq!(error.to_string(), Interrupt::Time { limit }.to_string());
}

#[test]
fn transfers_are_logs_in_execution_order() {
    let [reverts, logs, heir] = [0xc1, 0xc2, 0xc3].map(Address::with_last_byte);
    let pay = |to: Address, wei: &str| format!("5f5f5f5f60{wei}{}5af150", push(to));
    // LOG0; CREATE with 2 wei; 3 wei to a contract that reverts, 4 wei to one that logs; SELFDESTRUCT to the heir.
    let code = format!(
        "0x5f5fa05f5f6002f050{}{}{}ff",
        pay(reverts, "03"),
        pay(logs, "04"),
        push(heir)
    );
    let accounts = json!({
        RICH.to_string(): { "balance": "0x64" },
        CONTRACT.to_string(): { "code": code, "balance": "0x64" },
        reverts.to_string(): { "code": "0x5f5fa05f5ffd" },
        logs.to_string(): { "code": "0x5f5fa0" },
    });
    let call = json!({ "from": RICH, "to": CONTRACT, "value": "0x7" });
    let again = json!({ "from": RICH, "to": heir, "value": "0x1" });
    let payload = json!({
        "traceTransfers": true,
        "blockStateCalls": [{ "stateOverrides": accounts, "calls": [call, again] }],
    });
    let simulated = simulate(payload, &CallLimits::default()).unwrap();
    let created = CONTRACT.create(0);
    let word = |address: Address| address.into_word();
    let transfer =
        |from: Address, to: Address, wei: u64| Some((word(from), word(to), U256::from(wei)));
    let seen: Vec<Vec<_>> = simulated[0]
        .calls
        .iter()
        .map(|call| {
            let logs = call.logs.iter().map(|log| {
                let value = || U256::from_be_slice(&log.data().data);
                let topics = log.topics();
                let transfer = topics.get(2).map(|to| (topics[1], *to, value()));
                (log.log_index.unwrap(), log.address(), transfer)
            });
            logs.collect()
        })
        .collect();
    let ether = Address::repeat_byte(0xee);
    let expected = [
        vec![
            (0, ether, transfer(RICH, CONTRACT, 7)),
            (1, CONTRACT, None),
            (2, ether, transfer(CONTRACT, created, 2)),
            // Two that were reverted have numbers 3 and 4.
            (5, ether, transfer(CONTRACT, logs, 4)),
            (6, logs, None),
            (7, ether, transfer(CONTRACT, heir, 101)),
        ],
        vec![(8, ether, transfer(RICH, heir, 1))],
    ];
    assert_eq!(seen, expected);
    // Receipts know only what contracts logged.
    let receipts = &simulated[0].block.receipts;
    let counts: Vec<_> = receipts.iter().map(|receipt| receipt.logs.len()).collect();
    assert_eq!(counts, [2, 0]);
}

#[test]
fn a_moved_precompile_is_back_in_the_next_block() {
    let there = address!("000000000000000000000000000000000000beef");
    let sha256 = Address::with_last_byte(2);
    let calls = json!([{ "to": there }, { "to": sha256 }]);
    let moved = json!({ sha256.to_string(): { "movePrecompileToAddress": there } });
    let blocks = blocks(json!({ "blockStateCalls": [
        { "stateOverrides": moved, "calls": calls },
        { "calls": calls },
    ] }));
    let empty = "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let returned = |block: usize, call: usize| &blocks[block]["calls"][call]["returnData"];
    assert_eq!(
        (returned(0, 0), returned(0, 1)),
        (&json!(empty), &json!("0x"))
    );
    assert_eq!(
        (returned(1, 0), returned(1, 1)),
        (&json!("0x"), &json!(empty))
    );
}

#[test]
fn gas_is_reported_before_and_after_refunds() {
    // Clears a slot: 21,000, PUSH0 2 twice, a cold SSTORE 5,000, of which 4,800 are refunded.
    let slot = format!("0x{:064x}", 0);
    let full = json!({ "code": "0x5f5f55", "stateDiff": { slot: format!("0x{:064x}", 1) } });
    let blocks = blocks(one(
        json!({ CONTRACT.to_string(): full }),
        json!({ "to": CONTRACT }),
    ));
    let call = &blocks[0]["calls"][0];
    assert_eq!(call["maxUsedGas"], format!("{:#x}", 26_004));
    assert_eq!(call["gasUsed"], format!("{:#x}", 21_204));
}

#[test]
fn a_call_without_a_fee_pays_none_and_sees_the_base_fee() {
    // Returns BASEFEE and BLOBBASEFEE.
    let code = json!({ CONTRACT.to_string(): { "code": "0x485f524a60205260405ff3" } });
    let blocks = blocks(json!({ "blockStateCalls": [{
        "blockOverrides": { "baseFeePerGas": "0xa", "blobBaseFee": "0xb" },
        "stateOverrides": code,
        "calls": [{ "to": CONTRACT }],
    }] }));
    let expected = format!("0x{:064x}{:064x}", 10, 11);
    assert_eq!(blocks[0]["calls"][0]["returnData"], expected);
}

#[test]
fn a_call_with_blobs_counts_them() {
    let hash = hex!("0100000000000000000000000000000000000000000000000000000000000001");
    let call =
        json!({ "to": CONTRACT, "blobVersionedHashes": [format!("0x{}", hex::encode(hash))] });
    let mut payload = one(json!({}), call);
    payload["returnFullTransactions"] = json!(true);
    let blocks = blocks(payload);
    assert_eq!(blocks[0]["blobGasUsed"], "0x20000");
    assert_eq!(blocks[0]["transactions"][0]["type"], "0x3");
}

#[test]
fn before_london_a_call_is_a_legacy_transaction() {
    let mut payload = one(json!({}), json!({ "to": CONTRACT }));
    payload["returnFullTransactions"] = json!(true);
    let blocks = rpc::call(&CHAIN, "eth_simulateV1", &[payload, json!("0x1")]).unwrap();
    let blocks: Value = blocks.parse().unwrap();
    assert_eq!(blocks[0]["transactions"][0]["type"], "0x0");
    assert_eq!(blocks[0]["calls"][0]["status"], "0x1");
}
