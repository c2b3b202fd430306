//! `eth_simulateV1` beside geth's `internal/ethapi/simulate.go` and `logtracer.go`.

use alloy_primitives::{Address, U256, address};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const CONTRACT: Address = address!("00000000000000000000000000000000000000cc");
const INNER: Address = address!("00000000000000000000000000000000000000dd");
const HEIR: Address = address!("00000000000000000000000000000000000000ee");
/// The address of the logs that stand for transfers (ERC-7528).
const ETHER: Address = Address::repeat_byte(0xee);
/// The highest nonce.
const LAST: &str = "0xffffffffffffffff";

/// The blocks of `payload` on a fresh chain.
fn simulate(payload: Value) -> Value {
    Conversation::new(json!({})).ask("eth_simulateV1", json!([payload]))
}

/// The calls of a block with these accounts.
fn calls(accounts: Value, calls: Value) -> Vec<Value> {
    let block = json!({ "stateOverrides": accounts, "calls": calls });
    let blocks = simulate(json!({ "blockStateCalls": [block] }));
    blocks[0]["calls"].as_array().unwrap().clone()
}

fn refused(payload: Value) -> (i32, String) {
    let error = Conversation::new(json!({})).refused("eth_simulateV1", json!([payload]));
    (error.code.number(), error.message)
}

/// CALL (f1), CALLCODE (f2) or DELEGATECALL (f4) of an account with 1 wei where the opcode has a value; POP.
fn call(opcode: &str, to: Address) -> String {
    let value = if opcode == "f4" { "" } else { "6001" };
    format!("5f5f5f5f{value}73{to:x}5a{opcode}50")
}

/// Address and number of each log of a call.
fn logs(call: &Value) -> Vec<(Address, u64)> {
    let logs = call["logs"].as_array().unwrap().iter().map(|log| {
        let address = serde_json::from_value(log["address"].clone()).unwrap();
        let index: U256 = serde_json::from_value(log["logIndex"].clone()).unwrap();
        (address, index.to())
    });
    logs.collect()
}

/// Sender, receiver and wei of the logs of a call that stand for transfers.
fn transfers(call: &Value) -> Vec<(Address, Address, u64)> {
    let logs = call["logs"].as_array().unwrap().iter();
    let logs = logs.filter(|log| log["address"] == json!(ETHER));
    let word = |value: &Value| -> U256 { serde_json::from_value(value.clone()).unwrap() };
    let address = |value: &Value| Address::from_word(word(value).into());
    logs.map(|log| {
        let topics = &log["topics"];
        let wei = U256::from_str_radix(log["data"].as_str().unwrap().trim_start_matches("0x"), 16);
        (address(&topics[1]), address(&topics[2]), wei.unwrap().to())
    })
    .collect()
}

/// https://github.com/paradigmxyz/reth/issues/21412
#[test]
fn a_call_that_reverts_returns_nothing_and_its_data_are_in_the_error() {
    // 0x2a at 0; REVERT(0, 32). The same with Error("no").
    let reason = format!("0x08c379a0{:064x}{:064x}6e6f{}", 32, 2, "00".repeat(30));
    let copies = format!("0x6064600c60003960646000fd{}", &reason[2..]);
    let accounts = json!({
        CONTRACT.to_string(): { "code": "0x602a5f5260205ffd" },
        INNER.to_string(): { "code": copies },
        HEIR.to_string(): { "code": "0x5f5ffd" },
    });
    let create = json!({ "from": ALICE, "input": "0x602a5f5260205ffd" });
    let asked = json!([{ "to": CONTRACT }, { "to": INNER }, { "to": HEIR }, create]);
    let word = format!("0x{:064x}", 42);
    let expected = [
        ("execution reverted", word.as_str()),
        ("execution reverted: no", &reason),
        ("execution reverted", "0x"),
        ("execution reverted", &word),
    ];
    let ran = calls(accounts, asked);
    for (call, (message, data)) in ran.iter().zip(expected) {
        assert_eq!(call["returnData"], "0x");
        assert_eq!(call["status"], "0x0");
        assert_eq!(
            call["error"],
            json!({ "code": 3, "message": message, "data": data })
        );
    }
}

/// https://github.com/NethermindEth/nethermind/issues/9499
/// https://github.com/paradigmxyz/reth/issues/25079
#[test]
fn without_validation_the_last_nonce_goes_on_and_the_first_one_follows() {
    let accounts = json!({ ALICE: { "nonce": LAST } });
    let call = json!({ "from": ALICE, "to": HEIR });
    let payload = json!({
        "returnFullTransactions": true,
        "blockStateCalls": [{ "stateOverrides": accounts, "calls": [call, call] }, { "calls": [call] }],
    });
    let blocks = simulate(payload);
    let nonce = |block: usize, at: usize| blocks[block]["transactions"][at]["nonce"].clone();
    assert_eq!(
        (nonce(0, 0), nonce(0, 1), nonce(1, 0)),
        (json!(LAST), json!("0x0"), json!("0x1"))
    );
    for (block, at) in [(0, 0), (0, 1), (1, 0)] {
        assert_eq!(blocks[block]["calls"][at]["status"], "0x1");
    }
    // The nonce that a call names is not its sender's.
    let named = json!({ "from": ALICE, "to": HEIR, "nonce": LAST });
    let ran = calls(json!({}), json!([named, call]));
    assert_eq!(
        (&ran[0]["status"], &ran[1]["status"]),
        (&json!("0x1"), &json!("0x1"))
    );
}

/// https://github.com/NethermindEth/nethermind/issues/9499
#[test]
fn other_methods_do_not_look_at_nonces() {
    let mut talk = Conversation::new(json!({}));
    let accounts = json!({ ALICE: { "nonce": LAST } });
    let call = json!({ "from": ALICE, "to": HEIR, "nonce": LAST });
    for state in [json!({}), accounts.clone()] {
        talk.ask("eth_call", json!([call, "latest", state]));
        talk.ask("eth_estimateGas", json!([call, "latest", state]));
        talk.ask("eth_createAccessList", json!([call, "latest", state]));
        let options = json!({ "stateOverrides": state });
        talk.ask("debug_traceCall", json!([call, "latest", options]));
        let bundle = json!({ "calls": [call] });
        let report = talk.ask("parevm_simulate", json!([bundle, "latest", state]));
        assert_eq!(report["calls"][0]["status"], "success");
    }
    // The EVM refuses a creation by who has no nonce left.
    let create = json!({ "from": ALICE, "input": "0x00" });
    let error = talk.refused("eth_call", json!([create, "latest", accounts]));
    assert_eq!(error.message, "nonce uint64 overflow");
}

#[test]
fn a_creation_by_who_has_no_nonce_left_fails_and_uses_what_a_transaction_costs() {
    let create = json!({ "from": ALICE, "input": "0x00", "value": "0x5" });
    let balance = json!({ "from": ALICE, "to": CONTRACT });
    let accounts = json!({
        ALICE: { "nonce": LAST, "balance": "0x64" },
        CONTRACT.to_string(): { "code": "0x33315f5260205ff3" },
    });
    let ran = calls(accounts, json!([create, balance]));
    // 21,000, 32,000 for a creation, 4 for a zero byte, 2 for a word of code.
    assert_eq!(ran[0]["gasUsed"], format!("{:#x}", 53_006));
    assert_eq!(ran[0]["status"], "0x0");
    assert_eq!(
        ran[0]["error"],
        json!({ "code": -32_015, "message": "nonce uint64 overflow" })
    );
    assert_eq!(ran[1]["returnData"], format!("0x{:064x}", 100));
}

#[test]
fn with_validation_nonces_and_fees_are_refused_with_geths_codes() {
    let sender = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    let refused = |nonce: &str, fields: Value| {
        let mut call = json!({ "from": ALICE, "to": HEIR });
        for (field, value) in fields.as_object().unwrap() {
            call[field] = value.clone();
        }
        let accounts = json!({ ALICE: { "nonce": nonce } });
        let block = json!({ "stateOverrides": accounts, "calls": [call] });
        refused(json!({ "validation": true, "blockStateCalls": [block] }))
    };
    let said = |words: String| format!("err: {words} (supplied gas 30000000)");
    let fee = "0x77359400";
    let cases = [
        // A wrong nonce comes before a fee that is too low.
        (
            "0x5",
            json!({ "nonce": "0x4" }),
            -38_010,
            format!("nonce too low: address {sender}, tx: 4 state: 5"),
        ),
        (
            "0x5",
            json!({ "nonce": "0x6" }),
            -38_011,
            format!("nonce too high: address {sender}, tx: 6 state: 5"),
        ),
        (
            "0x5",
            json!({ "nonce": LAST }),
            -38_011,
            format!("nonce too high: address {sender}, tx: 18446744073709551615 state: 5"),
        ),
        (
            LAST,
            json!({}),
            -32_603,
            format!("nonce has max value: address {sender}, nonce: 18446744073709551615"),
        ),
        (
            "0x5",
            json!({ "maxFeePerGas": "0x1" }),
            -38_012,
            format!(
                "max fee per gas less than block base fee: address {sender}, maxFeePerGas: 1, baseFee: 875000000"
            ),
        ),
        (
            "0x5",
            json!({ "maxFeePerGas": fee, "maxPriorityFeePerGas": "0x77359401" }),
            -32_602,
            format!(
                "max priority fee per gas higher than max fee per gas: address {sender}, maxPriorityFeePerGas: 2000000001, maxFeePerGas: 2000000000"
            ),
        ),
        (
            "0x5",
            json!({ "maxFeePerGas": fee, "value": "0x21e19e0c9bab2400000" }),
            -38_014,
            format!(
                "insufficient funds for gas * price + value: address {sender} have 10000000000000000000000 want 10000060000000000000000"
            ),
        ),
    ];
    for (nonce, fields, code, words) in cases {
        assert_eq!(refused(nonce, fields), (code, said(words)));
    }
}

#[test]
fn what_cannot_be_simulated_is_refused_in_the_words_of_geth() {
    let block = |overrides: Value| json!({ "blockOverrides": overrides });
    let blocks = |blocks: Value| json!({ "blockStateCalls": blocks });
    let calls = |calls: usize| json!({ "calls": vec![json!({}); calls] });
    let gas = |gas: Value| json!({ "from": ALICE, "to": HEIR, "gas": gas });
    let data = format!("0x{}", "01".repeat(100));
    let floor = json!({ "from": ALICE, "to": HEIR, "gas": "0x59d8", "input": data });
    let blob = format!("0x01{}", "00".repeat(31));
    let cheap = json!({ "from": ALICE, "to": HEIR, "blobVersionedHashes": [blob], "maxFeePerBlobGas": "0x1" });
    let precompile = Address::with_last_byte(2);
    let moved = |from: Address, to: Address| json!([{ "stateOverrides": { from.to_string(): { "movePrecompileToAddress": to } } }]);
    let cases = [
        (blocks(json!([])), -32_602, "empty input"),
        (
            blocks(json!(vec![json!({}); 257])),
            -38_026,
            "too many blocks",
        ),
        (
            blocks(json!([block(json!({ "number": "0x101" }))])),
            -38_026,
            "too many blocks",
        ),
        (
            blocks(json!([calls(5_001)])),
            -38_026,
            "too many calls in block: 5001 > 5000",
        ),
        (
            blocks(json!([calls(5_000), calls(5_000), calls(1)])),
            -38_026,
            "too many calls: 10001 > 10000",
        ),
        (
            blocks(json!([
                block(json!({ "number": "0x5" })),
                block(json!({ "number": "0x5" }))
            ])),
            -38_020,
            "block numbers must be in order: 5 <= 5",
        ),
        (
            blocks(json!([block(json!({ "time": "0x0" }))])),
            -38_021,
            "block timestamps must be in order: 0 <= 0",
        ),
        // 21,000 of the block's 30,000,000 are gone.
        (
            blocks(json!([{ "calls": [gas(json!(null)), gas(json!("0x1c9c380"))] }])),
            -38_015,
            "block gas limit reached: remaining: 29979000, required: 30000000",
        ),
        (
            blocks(json!([{ "calls": [gas(json!("0x5207"))] }])),
            -38_013,
            "err: intrinsic gas too low: have 20999, want 21000 (supplied gas 20999)",
        ),
        (
            blocks(json!([{ "calls": [floor] }])),
            -32_603,
            "err: insufficient gas for floor data gas cost: have 23000, want 25000 (supplied gas 23000)",
        ),
        (
            blocks(json!([{ "blockOverrides": { "blobBaseFee": "0x2" }, "calls": [cheap] }])),
            -32_603,
            "err: max fee per blob gas less than block blob gas fee: address 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 blobGasFeeCap: 1, blobBaseFee: 2 (supplied gas 30000000)",
        ),
        (
            blocks(
                json!([{ "calls": [{ "from": ALICE, "input": format!("0x{}", "00".repeat(49_153)) }] }]),
            ),
            -38_025,
            "err: max initcode size exceeded: code size 49153 limit 49152 (supplied gas 30000000)",
        ),
        (
            blocks(moved(HEIR, INNER)),
            -32_000,
            "account 0x00000000000000000000000000000000000000eE is not a precompile",
        ),
        // The specification has a code for this, geth the words.
        (
            blocks(moved(precompile, precompile)),
            -38_022,
            "account 0x0000000000000000000000000000000000000002 is already overridden",
        ),
    ];
    for (payload, code, words) in cases {
        assert_eq!(refused(payload), (code, words.to_owned()));
    }
}

#[test]
fn a_block_may_have_more_blobs_than_a_chain_takes() {
    let blob = format!("0x01{}", "00".repeat(31));
    let call = json!({ "from": ALICE, "to": HEIR, "blobVersionedHashes": vec![blob; 6] });
    let blocks = simulate(json!({ "blockStateCalls": [{ "calls": [call, call] }] }));
    assert_eq!(blocks[0]["blobGasUsed"], format!("{:#x}", 12 * 131_072));
}

#[test]
fn a_reverted_log_keeps_its_number() {
    // LOG0; a call of who logs and reverts; LOG0.
    let outer = format!("0x5f5fa0{}5f5fa0", call("f1", INNER));
    let accounts = json!({
        CONTRACT.to_string(): { "code": outer, "balance": "0x64" },
        INNER.to_string(): { "code": "0x5f5fa05f5ffd" },
        HEIR.to_string(): { "code": "0x5f5fa000" },
    });
    let asked = json!([{ "to": CONTRACT }, { "to": INNER }, { "to": HEIR }]);
    let ran = calls(accounts.clone(), asked.clone());
    assert_eq!(logs(&ran[0]), [(CONTRACT, 0), (CONTRACT, 2)]);
    assert_eq!(logs(&ran[1]), []);
    assert_eq!(ran[1]["logs"], json!([]));
    assert_eq!(logs(&ran[2]), [(HEIR, 4)]);
    // With transfers the one that is reverted counts, too; the next block begins at zero.
    let block = json!({ "stateOverrides": accounts, "calls": asked });
    let blocks = simulate(json!({
        "traceTransfers": true,
        "blockStateCalls": [block, { "calls": [{ "to": HEIR }] }],
    }));
    let ran = &blocks[0]["calls"];
    assert_eq!(logs(&ran[0]), [(CONTRACT, 0), (CONTRACT, 3)]);
    assert_eq!(logs(&ran[1]), []);
    assert_eq!(logs(&ran[2]), [(HEIR, 5)]);
    assert_eq!(logs(&blocks[1]["calls"][0]), [(HEIR, 0)]);
}

#[test]
fn a_log_of_a_depth_that_reverts_further_up_is_gone_and_counted() {
    // CONTRACT calls INNER, which calls HEIR, which logs; INNER logs and reverts; CONTRACT logs.
    let accounts = json!({
        CONTRACT.to_string(): { "code": format!("0x{}5f5fa0", call("f1", INNER)), "balance": "0x64" },
        INNER.to_string(): { "code": format!("0x{}5f5fa05f5ffd", call("f1", HEIR)) },
        HEIR.to_string(): { "code": "0x5f5fa000" },
    });
    let ran = calls(accounts, json!([{ "to": CONTRACT }]));
    assert_eq!(logs(&ran[0]), [(CONTRACT, 2)]);
}

#[test]
fn calls_that_move_no_ether_of_their_own_are_no_transfers() {
    // 1 wei each by CALL, CALLCODE and DELEGATECALL; a creation with 2 wei that reverts.
    let code = format!(
        "0x{}{}{}635f5ffd005f526004601c6002f050",
        call("f1", INNER),
        call("f2", INNER),
        call("f4", INNER)
    );
    let accounts = json!({
        CONTRACT.to_string(): { "code": code, "balance": "0x64" },
        ALICE: { "balance": "0x64" },
    });
    let call = json!({ "from": ALICE, "to": CONTRACT, "value": "0x3" });
    let poor = json!({ "from": ALICE, "to": HEIR, "value": "0x1" });
    let blocks = simulate(json!({
        "traceTransfers": true,
        "blockStateCalls": [{ "stateOverrides": accounts, "calls": [call, poor] }],
    }));
    let alice: Address = ALICE.parse().unwrap();
    let ran = &blocks[0]["calls"];
    assert_eq!(
        transfers(&ran[0]),
        [(alice, CONTRACT, 3), (CONTRACT, INNER, 1)]
    );
    // The transfer of the creation has taken a number.
    assert_eq!(logs(&ran[0]), [(ETHER, 0), (ETHER, 1)]);
    assert_eq!(logs(&ran[1]), [(ETHER, 3)]);
}

#[test]
fn a_creation_and_a_selfdestruct_are_transfers_in_geths_order() {
    // Init code that logs and returns nothing, with 2 wei: its transfer comes before its log.
    let creates = "0x635f5fa0005f526004601c6002f05000";
    // All of it to itself: a transfer, although nothing moves.
    let own = format!("0x73{INNER:x}ff");
    let accounts = json!({
        CONTRACT.to_string(): { "code": creates, "balance": "0x64" },
        INNER.to_string(): { "code": own, "balance": "0x7" },
    });
    let create = json!({ "from": ALICE, "input": format!("0x73{HEIR:x}ff"), "value": "0x9" });
    let blocks = simulate(json!({
        "traceTransfers": true,
        "blockStateCalls": [{
            "stateOverrides": accounts,
            "calls": [{ "to": CONTRACT }, { "to": INNER }, create],
        }],
    }));
    let ran = &blocks[0]["calls"];
    let created = CONTRACT.create(0);
    assert_eq!(logs(&ran[0]), [(ETHER, 0), (created, 1)]);
    assert_eq!(transfers(&ran[0]), [(CONTRACT, created, 2)]);
    assert_eq!(transfers(&ran[1]), [(INNER, INNER, 7)]);
    let alice: Address = ALICE.parse().unwrap();
    let contract = alice.create(0);
    assert_eq!(
        transfers(&ran[2]),
        [(alice, contract, 9), (contract, HEIR, 9)]
    );
}

#[test]
fn a_payment_that_the_payer_does_not_have_takes_a_number() {
    // A CALL with 1 wei by who has none; LOG0.
    let code = format!("0x{}5f5fa0", call("f1", INNER));
    let accounts = json!({ CONTRACT.to_string(): { "code": code } });
    let blocks = simulate(json!({
        "traceTransfers": true,
        "blockStateCalls": [{ "stateOverrides": accounts, "calls": [{ "to": CONTRACT }] }],
    }));
    assert_eq!(logs(&blocks[0]["calls"][0]), [(CONTRACT, 1)]);
}

#[test]
fn a_call_whose_gas_the_node_caps_says_so() {
    let mut talk = Conversation::new(json!({ "limits": { "gas": 100_000 } }));
    let accounts = json!({
        // Loops for ever; reverts.
        CONTRACT.to_string(): { "code": "0x5b5f56" },
        INNER.to_string(): { "code": "0x5f5ffd" },
    });
    let transfer = json!({ "from": ALICE, "to": HEIR });
    let reverts = json!({ "to": INNER });
    let block =
        json!({ "stateOverrides": accounts, "calls": [transfer, reverts, { "to": CONTRACT }] });
    let blocks = talk.ask("eth_simulateV1", json!([{ "blockStateCalls": [block] }]));
    let ran = &blocks[0]["calls"];
    assert_eq!(ran[1]["error"]["message"], "execution reverted");
    // What 21,000 and 21,004 have left of it.
    assert_eq!(
        ran[2]["gasUsed"],
        format!("{:#x}", 100_000 - 21_000 - 21_004)
    );
    assert_eq!(
        ran[2]["error"],
        json!({
            "code": -32_015,
            "message": "out of gas (gas limit was capped by the RPC server's global gas cap)",
        })
    );
    // A later call that has not enough left to begin with.
    let calls = vec![transfer.clone(); 5];
    let error = talk.refused(
        "eth_simulateV1",
        json!([{ "blockStateCalls": [{ "calls": calls }] }]),
    );
    assert_eq!(
        (error.code.number(), error.message.as_str()),
        (
            -38_013,
            "err: intrinsic gas too low: have 16000, want 21000 (supplied gas 16000)"
        )
    );
}

#[test]
fn overrides_of_a_block_lie_on_what_the_blocks_before_it_left() {
    let slot = |number: u64| format!("0x{number:064x}");
    // Returns slots 1 and 2, then sets slot 1 to 9.
    let code = "0x6001545f5260025460205260096001556040 5ff3".replace(' ', "");
    let call = json!({ "calls": [{ "to": CONTRACT }] });
    let with = |account: Value| {
        let mut block = call.clone();
        block["stateOverrides"] = json!({ CONTRACT.to_string(): account });
        block
    };
    let blocks = simulate(json!({ "blockStateCalls": [
        with(json!({ "code": code, "stateDiff": { slot(1): slot(1), slot(2): slot(2) } })),
        call,
        with(json!({ "stateDiff": { slot(2): slot(5) } })),
        with(json!({ "state": { slot(2): slot(6) } })),
        call,
    ] }));
    let returned = |block: usize| blocks[block]["calls"][0]["returnData"].clone();
    let words = |one: u64, two: u64| json!(format!("0x{one:064x}{two:064x}"));
    assert_eq!(returned(0), words(1, 2));
    assert_eq!(returned(1), words(9, 2));
    assert_eq!(returned(2), words(9, 5));
    assert_eq!(returned(3), words(0, 6));
    assert_eq!(returned(4), words(9, 6));
}
