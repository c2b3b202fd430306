//! Errors of payloads and calls, as in geth's `internal/ethapi/simulate.go`.

use super::support::{ALICE, CONTRACT, HEIR, INNER, LAST, calls, refused};
use alloy_primitives::Address;
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

/// https://github.com/paradigmxyz/reth/issues/21412
#[test]
fn a_reverted_call_has_its_output_in_the_error_only() {
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

#[test]
fn with_validation_invalid_nonces_and_fees_have_the_codes_of_geth() {
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
        // The nonce is checked before the fee.
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
fn an_invalid_payload_is_rejected_with_the_message_of_geth() {
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
        // The code is the specification's, the message geth's.
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
fn a_call_with_capped_gas_names_the_cap_in_its_error() {
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
