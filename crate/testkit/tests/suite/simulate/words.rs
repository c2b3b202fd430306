//! Words and codes of the errors of calls: those of geth, by which viem and ethers name them.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
/// Has nothing.
const POOR: &str = "0x1111111111111111111111111111111111111111";
const CHECKSUMMED: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

fn node() -> Conversation {
    Conversation::new(json!({}))
}

/// A request of Alice to Bob with `fields`.
fn request(fields: Value) -> Value {
    let mut request = json!({ "from": ALICE, "to": BOB });
    for (field, value) in fields.as_object().unwrap() {
        request[field] = value.clone();
    }
    request
}

/// Code and message of the error.
fn refused(talk: &mut Conversation, method: &str, params: Value) -> (i32, String) {
    let error = talk.refused(method, params);
    (error.code.number(), error.message)
}

fn hash(first_byte: &str) -> String {
    format!("0x{first_byte}{}", "00".repeat(31))
}

/// https://github.com/NethermindEth/nethermind/issues/11188
#[test]
fn a_call_that_no_block_can_hold_is_refused_in_the_words_of_geth() {
    let mut talk = node();
    let blobs = |count: usize| vec![hash("01"); count];
    let cases = [
        (
            json!({ "from": POOR, "value": "0x1" }),
            "insufficient funds for gas * price + value: address 0x1111111111111111111111111111111111111111 have 0 want 1".to_owned(),
        ),
        // Funds are looked at before gas.
        (
            json!({ "from": POOR, "value": "0x1", "gas": "0x2faf080", "gasPrice": "0x3b9aca00" }),
            "insufficient funds for gas * price + value: address 0x1111111111111111111111111111111111111111 have 0 want 50000000000000001".to_owned(),
        ),
        // The fee before funds.
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
    // Gas is looked at last: 21,000, and 16 or by EIP-7623 40 for each byte.
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
fn every_method_that_tries_a_call_says_the_same_of_it() {
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
fn requests_that_contradict_themselves_are_refused_in_the_words_of_geth() {
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
fn an_estimate_names_what_the_sender_lacks_as_geth_does() {
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

/// The request, signed.
fn signed(talk: &mut Conversation, fields: Value) -> Value {
    let mut request = request(json!({
        "gas": "0x5208", "maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x1", "nonce": "0x0",
    }));
    for (field, value) in fields.as_object().unwrap() {
        request[field] = value.clone();
    }
    talk.ask("eth_signTransaction", json!([request]))
}

#[test]
fn the_pool_refuses_in_the_words_of_geth() {
    let mut talk = node();
    talk.ask("evm_setAutomine", json!([false]));
    let first = signed(&mut talk, json!({}));
    talk.ask("eth_sendRawTransaction", json!([first]));
    let rich = "0x21e19e0c9bab2400000"; // 10,000 ether
    let data = format!("0x{}", "01".repeat(100));
    let cases = [
        (json!({}), "already known"),
        (
            json!({ "value": "0x1" }),
            "replacement transaction underpriced",
        ),
        (
            json!({ "nonce": "0x1", "value": rich }),
            "insufficient funds for gas * price + value: balance 10000000000000000000000, tx cost 10000000042000000000000, overshot 42000000000000",
        ),
        (
            json!({ "nonce": "0x1", "value": "0x21e19e0a387cf2b5fff" }),
            "insufficient funds for gas * price + value: balance 10000000000000000000000, queued cost 42000000000000, tx cost 9999999999999999999999, overshot 41999999999999",
        ),
        (
            json!({ "nonce": "0x1", "gas": "0x5207" }),
            "intrinsic gas too low: gas 20999, minimum needed 21000",
        ),
        (
            json!({ "nonce": "0x1", "gas": "0x59d8", "data": data }),
            "insufficient gas for floor data gas cost: gas 23000, minimum needed 25000",
        ),
        (
            json!({ "nonce": "0x1", "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x2" }),
            "max priority fee per gas higher than max fee per gas",
        ),
        (
            json!({ "nonce": "0x1", "gas": "0x1000001" }),
            "transaction gas limit too high (cap: 16777216, tx: 16777217)",
        ),
        (
            json!({ "nonce": "0xffffffffffffffff" }),
            "nonce has max value",
        ),
        (
            json!({ "nonce": "0x1", "gas": "0x1000000", "to": null, "data": format!("0x{}", "00".repeat(49_153)) }),
            "max initcode size exceeded",
        ),
    ];
    for (fields, words) in cases {
        let raw = signed(&mut talk, fields);
        let found = refused(&mut talk, "eth_sendRawTransaction", json!([raw]));
        assert_eq!(found, (-32_000, words.to_owned()));
    }
    talk.ask("evm_mine", json!([]));
    let late = signed(&mut talk, json!({ "value": "0x1" }));
    let found = refused(&mut talk, "eth_sendRawTransaction", json!([late]));
    let words = "nonce too low: next nonce 1, tx nonce 0".to_owned();
    assert_eq!(found, (-32_000, words));
    talk.ask("evm_setBlockGasLimit", json!(["0x989680"]));
    let big = signed(&mut talk, json!({ "nonce": "0x1", "gas": "0x989681" }));
    let found = refused(&mut talk, "eth_sendRawTransaction", json!([big]));
    assert_eq!(found, (-32_000, "exceeds block gas limit".to_owned()));
}

#[test]
fn a_transaction_of_the_node_is_refused_by_what_its_sender_lacks() {
    let mut talk = node();
    talk.ask("anvil_impersonateAccount", json!([POOR]));
    let send = |fields: Value| {
        let mut request = json!({ "from": POOR, "to": BOB });
        for (field, value) in fields.as_object().unwrap() {
            request[field] = value.clone();
        }
        json!([request])
    };
    let found = refused(&mut talk, "eth_sendTransaction", send(json!({})));
    let words = "insufficient funds for gas * price + value: balance 0, tx cost 57750000000000, overshot 57750000000000";
    assert_eq!(found, (-32_000, words.to_owned()));
    let found = refused(
        &mut talk,
        "eth_sendTransaction",
        send(json!({ "value": "0x1" })),
    );
    assert!(found.1.contains("insufficient funds for"), "{found:?}");
    let low = json!({ "from": ALICE, "to": BOB, "gasPrice": "0x1" });
    let found = refused(&mut talk, "eth_sendTransaction", json!([low]));
    let words = format!(
        "max fee per gas less than block base fee: address {CHECKSUMMED}, maxFeePerGas: 1, baseFee: 875000000"
    );
    assert_eq!(found, (-32_000, words));
}

/// https://github.com/NethermindEth/nethermind/issues/11188
#[test]
fn a_call_that_halts_says_why_in_the_words_of_geth() {
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

#[test]
fn a_payload_of_a_transaction_that_it_cannot_hold_is_refused_in_the_words_of_geth() {
    let mut talk = node();
    let genesis = talk.ask("eth_getBlockByNumber", json!(["0x0", false]))["hash"].clone();
    let root = format!("0x{}", "00".repeat(32));
    let attributes = json!({
        "timestamp": "0x70000000", "prevRandao": root, "suggestedFeeRecipient": POOR,
        "withdrawals": [], "parentBeaconBlockRoot": root,
    });
    let cases = [
        (
            json!({ "nonce": "0x3e7" }),
            format!("nonce too high: address {CHECKSUMMED}, tx: 999 state: 0"),
        ),
        (
            json!({ "maxFeePerGas": "0x1" }),
            format!(
                "max fee per gas less than block base fee: address {CHECKSUMMED}, maxFeePerGas: 1, baseFee: 875000000"
            ),
        ),
        (
            json!({ "value": "0x21e19e0c9bab2400000" }),
            format!(
                "insufficient funds for gas * price + value: address {CHECKSUMMED} have 10000000000000000000000 want 10000000042000000000000"
            ),
        ),
    ];
    for (fields, words) in cases {
        let raw = signed(&mut talk, fields);
        let params = json!([genesis, attributes, [raw], null]);
        let found = refused(&mut talk, "testing_buildBlockV1", params);
        assert_eq!(found, (-32_000, words));
    }
}
