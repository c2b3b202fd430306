//! Error codes and messages of simulated calls: those of geth, from which viem and ethers derive their errors.

use super::support::{BOB, CHECKSUMMED, POOR, hash, node, refused, request};
use serde_json::{Value, json};

/// https://github.com/NethermindEth/nethermind/issues/11188
#[test]
fn an_invalid_call_is_rejected_with_the_message_of_geth() {
    let mut talk = node();
    let blobs = |count: usize| vec![hash("01"); count];
    let cases = [
        (
            json!({ "from": POOR, "value": "0x1" }),
            "insufficient funds for gas * price + value: address 0x1111111111111111111111111111111111111111 have 0 want 1".to_owned(),
        ),
        // Funds are checked before gas.
        (
            json!({ "from": POOR, "value": "0x1", "gas": "0x2faf080", "gasPrice": "0x3b9aca00" }),
            "insufficient funds for gas * price + value: address 0x1111111111111111111111111111111111111111 have 0 want 50000000000000001".to_owned(),
        ),
        // The fee is checked before funds.
        (
            json!({ "from": POOR, "value": "0x1", "maxFeePerGas": "0x1" }),
            "max fee per gas less than block base fee: address 0x1111111111111111111111111111111111111111, maxFeePerGas: 1, baseFee: 1000000000".to_owned(),
        ),
        (
            json!({ "gasPrice": "0x1" }),
            format!("max fee per gas less than block base fee: address {CHECKSUMMED}, maxFeePerGas: 1, baseFee: 1000000000"),
        ),
        (
            json!({ "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x2" }),
            format!("max priority fee per gas higher than max fee per gas: address {CHECKSUMMED}, maxPriorityFeePerGas: 2, maxFeePerGas: 1"),
        ),
        (
            json!({ "maxPriorityFeePerGas": "0x2" }),
            format!("max priority fee per gas higher than max fee per gas: address {CHECKSUMMED}, maxPriorityFeePerGas: 2, maxFeePerGas: 0"),
        ),
        (
            json!({ "to": null, "data": format!("0x{}", "00".repeat(49_153)) }),
            "max initcode size exceeded: code size 49153 limit 49152".to_owned(),
        ),
        (
            json!({ "blobVersionedHashes": [] }),
            "blob transaction missing blob hashes".to_owned(),
        ),
        (
            json!({ "blobVersionedHashes": [hash("01"), hash("02")] }),
            "blob 1 has invalid hash version".to_owned(),
        ),
        (
            json!({ "blobVersionedHashes": blobs(7) }),
            "blob transaction has too many blobs".to_owned(),
        ),
        (
            json!({ "authorizationList": [] }),
            format!("EIP-7702 transaction with empty auth list (sender {CHECKSUMMED})"),
        ),
    ];
    for (fields, words) in cases {
        let params = json!([request(fields), "latest"]);
        let expected = (-32_000, format!("err: {words} (supplied gas 50000000)"));
        assert_eq!(refused(&mut talk, "eth_call", params), expected);
    }
    let cheap = json!({ "blobVersionedHashes": blobs(1), "maxFeePerBlobGas": "0x1" });
    let params = json!([request(cheap), "latest", null, { "blobBaseFee": "0x2" }]);
    let words = format!(
        "err: max fee per blob gas less than block blob gas fee: address {CHECKSUMMED} blobGasFeeCap: 1, blobBaseFee: 2 (supplied gas 50000000)"
    );
    assert_eq!(refused(&mut talk, "eth_call", params), (-32_000, words));
    // Gas is checked last: 21,000, and 16 or by EIP-7623 40 for each byte.
    let data = format!("0x{}", "01".repeat(100));
    for (gas, words) in [
        (20_000, "intrinsic gas too low: have 20000, want 22600"),
        (
            23_000,
            "insufficient gas for floor data gas cost: have 23000, want 25000",
        ),
    ] {
        let fields = json!({ "data": data, "gas": format!("{gas:#x}") });
        let expected = format!("err: {words} (supplied gas {gas})");
        let found = refused(&mut talk, "eth_call", json!([request(fields), "latest"]));
        assert_eq!(found, (-32_000, expected));
    }
}

/// https://github.com/NethermindEth/nethermind/issues/11188
#[test]
fn every_method_rejects_an_invalid_call_with_the_same_message() {
    let mut talk = node();
    let poor = json!({ "from": POOR, "to": BOB, "value": "0x1" });
    let funds = |want: &str| {
        format!(
            "insufficient funds for gas * price + value: address 0x1111111111111111111111111111111111111111 have 0 want {want}"
        )
    };
    let blocks = json!({ "blockStateCalls": [{ "calls": [poor] }] });
    // An access list is made at the price at which the transaction would be sent: twice the base fee, and a tip.
    let cases = [
        (
            "eth_estimateGas",
            json!([poor]),
            -32_000,
            format!("failed with 16777216 gas: {}", funds("1")),
        ),
        (
            "debug_traceCall",
            json!([poor, "latest"]),
            -32_000,
            format!("tracing failed: {}", funds("1")),
        ),
        (
            "eth_createAccessList",
            json!([poor, "latest"]),
            -32_000,
            format!(
                "failed to apply transaction: err: {}",
                funds("150000000000000001")
            ),
        ),
        (
            "eth_simulateV1",
            json!([blocks]),
            -38_014,
            format!("err: {} (supplied gas 30000000)", funds("1")),
        ),
    ];
    for (method, params, code, words) in cases {
        assert_eq!(
            refused(&mut talk, method, params),
            (code, words),
            "{method}"
        );
    }
    let report = talk.ask("parevm_simulate", json!([{ "calls": [poor] }, "latest"]));
    let failure = &report["calls"][0]["failure"];
    assert_eq!(failure["kind"], "invalid");
    assert_eq!(failure["message"], funds("1"));
}

#[test]
fn contradictory_requests_are_rejected_with_the_message_of_geth() {
    let mut talk = node();
    let hashes = json!([hash("01")]);
    let cases = [
        (
            json!({ "gasPrice": "0x1", "maxFeePerGas": "0x1" }),
            "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified".to_owned(),
        ),
        (
            json!({ "gasPrice": "0x1", "maxPriorityFeePerGas": "0x1" }),
            "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified".to_owned(),
        ),
        (
            json!({ "chainId": "0x5" }),
            "chainId does not match node's (have=5, want=31337)".to_owned(),
        ),
        (
            json!({ "to": null, "blobVersionedHashes": hashes }),
            "blob transaction of type create".to_owned(),
        ),
        (
            json!({ "to": null, "authorizationList": [] }),
            format!(
                "EIP-7702 transaction cannot be used to create contract (sender {CHECKSUMMED})"
            ),
        ),
    ];
    for (fields, words) in cases {
        let request = request(fields);
        for method in ["eth_call", "eth_estimateGas", "debug_traceCall"] {
            let found = refused(&mut talk, method, json!([request, "latest"]));
            assert_eq!(found, (-32_000, words.clone()), "{method}");
        }
        let blocks = json!([{ "blockStateCalls": [{ "calls": [request] }] }]);
        assert_eq!(
            refused(&mut talk, "eth_simulateV1", blocks),
            (-32_000, words)
        );
    }
    let root = format!("0x{}", "00".repeat(32));
    let params = json!([request(json!({})), "latest", null, { "beaconRoot": root }]);
    let words = "block override \"beaconRoot\" is not supported for this RPC method".to_owned();
    assert_eq!(refused(&mut talk, "eth_call", params), (-32_000, words));
    let both = json!({ BOB: { "state": {}, "stateDiff": {} } });
    let params = json!([request(json!({})), "latest", both]);
    let words =
        "account 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 has both 'state' and 'stateDiff'"
            .to_owned();
    assert_eq!(refused(&mut talk, "eth_call", params), (-32_000, words));
}

#[test]
fn an_estimate_names_the_missing_funds_as_geth_does() {
    let mut talk = node();
    let priced = |fields: Value| {
        let mut request = json!({ "from": POOR, "to": BOB, "gasPrice": "0x3b9aca00" });
        for (field, value) in fields.as_object().unwrap() {
            request[field] = value.clone();
        }
        request
    };
    let cases = [
        (json!({}), "0x0", "insufficient funds for transfer"),
        (
            json!({ "value": "0x5" }),
            "0x5",
            "insufficient funds for transfer",
        ),
        (
            json!({ "blobVersionedHashes": [hash("01")], "maxFeePerBlobGas": "0x1" , "gasPrice": null, "maxFeePerGas": "0x3b9aca00" }),
            "0x20000",
            "insufficient funds for gas * price + value",
        ),
        // Pays 20,000 gas.
        (
            json!({}),
            "0x12309ce54000",
            "gas required exceeds allowance (20000)",
        ),
    ];
    for (fields, balance, words) in cases {
        let overrides = json!({ POOR: { "balance": balance } });
        let params = json!([priced(fields), "latest", overrides]);
        let found = refused(&mut talk, "eth_estimateGas", params);
        assert_eq!(found, (-32_000, words.to_owned()));
    }
    let low = json!({ "gasPrice": "0x1" });
    let words = format!(
        "failed with 16777216 gas: max fee per gas less than block base fee: address {CHECKSUMMED}, maxFeePerGas: 1, baseFee: 1000000000"
    );
    let found = refused(&mut talk, "eth_estimateGas", json!([request(low)]));
    assert_eq!(found, (-32_000, words));
    let data = format!("0x{}", "01".repeat(100));
    let floor = json!({ "data": data, "gas": "0x59d8" });
    let words =
        "failed with 23000 gas: insufficient gas for floor data gas cost: have 23000, want 25000";
    let found = refused(&mut talk, "eth_estimateGas", json!([request(floor)]));
    assert_eq!(found, (-32_000, words.to_owned()));
}

/// https://github.com/NethermindEth/nethermind/issues/11188
#[test]
fn a_halt_has_the_message_of_geth_in_every_method() {
    let mut talk = node();
    let cases = [
        ("0xfe", "invalid opcode: INVALID"),
        ("0x0c", "invalid opcode: opcode 0xc not defined"),
        ("0x5f56", "invalid jump destination"),
        ("0x50", "stack underflow (0 <=> 1)"),
        ("0x5f01", "stack underflow (1 <=> 2)"),
        ("0x5b5f5f56", "stack limit reached 1024 (1023)"),
        ("0x60015f5f3e", "return data out of bounds"),
        ("0x5b5f56", "out of gas"),
    ];
    for (code, words) in cases {
        talk.ask("anvil_setCode", json!([BOB, code]));
        let asked = request(json!({ "gas": "0x186a0" }));
        let found = refused(&mut talk, "eth_call", json!([asked, "latest"]));
        assert_eq!(found, (-32_000, words.to_owned()));
        let (code, found) = refused(&mut talk, "eth_estimateGas", json!([asked]));
        match words {
            "out of gas" => assert_eq!(found, "gas required exceeds allowance (100000)"),
            words => assert_eq!((code, found.as_str()), (-32_000, words)),
        }
        let list = talk.ask("eth_createAccessList", json!([asked, "latest"]));
        assert_eq!(list["error"], words);
        let report = talk.ask("parevm_simulate", json!([{ "calls": [asked] }, "latest"]));
        assert_eq!(report["calls"][0]["failure"]["message"], words);
        let options = json!({ "tracer": "callTracer" });
        let trace = talk.ask("debug_traceCall", json!([asked, "latest", options]));
        assert_eq!(trace["error"], words);
        let blocks = json!({ "blockStateCalls": [{ "calls": [asked] }] });
        let blocks = talk.ask("eth_simulateV1", json!([blocks]));
        let expected = json!({ "code": -32_015, "message": words });
        assert_eq!(blocks[0]["calls"][0]["error"], expected);
        assert_eq!(blocks[0]["calls"][0]["returnData"], "0x");
    }
}
