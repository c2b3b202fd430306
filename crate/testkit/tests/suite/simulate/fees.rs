//! Fees of the block that the code of a call reads.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const CONTRACT: &str = "0x0000000000000000000000000000000000000093";
/// Returns BASEFEE, BLOBBASEFEE and GASPRICE.
const FEES: &str = "0x485f524a6020523a60405260605ff3";
/// Reverts where BLOBBASEFEE, BASEFEE or GASPRICE is zero: opcode, 7, JUMPI, REVERT(0, 0), JUMPDEST, STOP.
const NEEDS_BLOB_FEE: &str = "0x4a6007575f5ffd5b00";
const NEEDS_BASE_FEE: &str = "0x486007575f5ffd5b00";
const NEEDS_PRICE: &str = "0x3a6007575f5ffd5b00";

fn node() -> Conversation {
    Conversation::new(json!({}))
}

fn words(numbers: [u64; 3]) -> Value {
    let words = numbers.map(|number| format!("{number:064x}"));
    json!(format!("0x{}", words.concat()))
}

fn hash() -> String {
    format!("0x01{}", "00".repeat(31))
}

/// A call of Alice to the contract with `fields`.
fn request(fields: Value) -> Value {
    let mut request = json!({ "from": ALICE, "to": CONTRACT });
    for (field, value) in fields.as_object().unwrap() {
        request[field] = value.clone();
    }
    request
}

/// https://github.com/hyperledger/besu/issues/10899
/// https://github.com/alloy-rs/evm/issues/356
/// https://github.com/erigontech/erigon/issues/23949
#[test]
fn a_call_sees_the_fees_of_the_block_unless_it_offers_none() {
    let mut talk = node();
    let (gwei, blobs) = (1_000_000_000, json!([hash()]));
    let cases = [
        (json!({}), [0, 1, 0]),
        (json!({ "gasPrice": "0x77359400" }), [gwei, 1, 2 * gwei]),
        (json!({ "maxFeePerGas": "0x77359400" }), [gwei, 1, gwei]),
        (
            json!({ "maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x3" }),
            [gwei, 1, gwei + 3],
        ),
        (json!({ "blobVersionedHashes": blobs }), [0, 0, 0]),
        (
            json!({ "blobVersionedHashes": blobs, "maxFeePerBlobGas": "0x0" }),
            [0, 0, 0],
        ),
        (
            json!({ "blobVersionedHashes": blobs, "maxFeePerBlobGas": "0x9" }),
            [0, 1, 0],
        ),
        (json!({ "maxFeePerBlobGas": "0x9" }), [0, 1, 0]),
        (json!({ "maxFeePerBlobGas": "0x0" }), [0, 0, 0]),
    ];
    let code = json!({ CONTRACT: { "code": FEES } });
    for (fields, seen) in cases {
        let asked = request(fields);
        let found = talk.ask("eth_call", json!([asked, "latest", code]));
        assert_eq!(found, words(seen), "{asked}");
        let options = json!({ "tracer": "callTracer", "stateOverrides": code });
        let trace = talk.ask("debug_traceCall", json!([asked, "latest", options]));
        assert_eq!(trace["output"], words(seen), "{asked}");
    }
}

/// https://github.com/hyperledger/besu/issues/10899
#[test]
fn an_overridden_blob_base_fee_has_effect_everywhere() {
    let mut talk = node();
    let code = json!({ CONTRACT: { "code": FEES } });
    let block = json!({ "blobBaseFee": "0x7", "baseFeePerGas": "0x5" });
    let asked = request(json!({ "gasPrice": "0x6" }));
    let expected = words([5, 7, 6]);
    let found = talk.ask("eth_call", json!([asked, "latest", code, block]));
    assert_eq!(found, expected);
    let options =
        json!({ "tracer": "callTracer", "stateOverrides": code, "blockOverrides": block });
    let trace = talk.ask("debug_traceCall", json!([asked, "latest", options]));
    assert_eq!(trace["output"], expected);
    let bundle = json!({ "calls": [asked] });
    let report = talk.ask("parevm_simulate", json!([bundle, "latest", code, block]));
    assert_eq!(report["calls"][0]["returnData"], expected);
    let blocks = json!({ "blockStateCalls": [
        { "blockOverrides": block, "stateOverrides": code, "calls": [asked] },
        { "calls": [request(json!({}))] },
    ] });
    let blocks = talk.ask("eth_simulateV1", json!([blocks]));
    assert_eq!(blocks[0]["calls"][0]["returnData"], expected);
    // It holds for one block.
    assert_eq!(blocks[1]["calls"][0]["returnData"], words([0, 1, 0]));
    // An estimate uses it too: the code requires exactly 7.
    let wants_seven = json!({ CONTRACT: { "code": "0x4a600714600a575f5ffd5b00" } });
    let asked = request(json!({}));
    talk.ask(
        "eth_estimateGas",
        json!([asked, "latest", wants_seven, block]),
    );
    talk.refused("eth_estimateGas", json!([asked, "latest", wants_seven]));
}

/// https://github.com/alloy-rs/evm/issues/356
/// https://github.com/erigontech/erigon/issues/23949
#[test]
fn code_that_reads_the_blob_base_fee_runs_in_every_method() {
    let mut talk = node();
    talk.ask("anvil_setCode", json!([CONTRACT, NEEDS_BLOB_FEE]));
    let asked = request(json!({}));
    talk.ask("eth_call", json!([asked, "latest"]));
    talk.ask("eth_estimateGas", json!([asked]));
    let list = talk.ask("eth_createAccessList", json!([asked, "latest"]));
    assert_eq!(list.get("error"), None);
    let options = json!({ "tracer": "callTracer" });
    let trace = talk.ask("debug_traceCall", json!([asked, "latest", options]));
    assert_eq!(trace.get("error"), None);
    let report = talk.ask("parevm_simulate", json!([{ "calls": [asked] }, "latest"]));
    assert_eq!(report["calls"][0]["status"], "success");
    let blocks = json!({ "blockStateCalls": [{ "calls": [asked] }] });
    let blocks = talk.ask("eth_simulateV1", json!([blocks]));
    assert_eq!(blocks[0]["calls"][0]["status"], "0x1");
    let sent = talk.ask("eth_sendTransaction", json!([asked]));
    let receipt = talk.ask("eth_getTransactionReceipt", json!([sent]));
    assert_eq!(receipt["status"], "0x1");
}

#[test]
fn the_gas_of_a_transaction_is_estimated_with_the_price_at_which_it_is_sent() {
    for code in [NEEDS_BASE_FEE, NEEDS_PRICE] {
        let mut talk = node();
        talk.ask("anvil_setCode", json!([CONTRACT, code]));
        let asked = request(json!({}));
        // A call without a price sees none.
        talk.refused("eth_estimateGas", json!([asked]));
        let sent = talk.ask("eth_sendTransaction", json!([asked]));
        let receipt = talk.ask("eth_getTransactionReceipt", json!([sent]));
        assert_eq!(receipt["status"], "0x1");
    }
}

#[test]
fn a_legacy_transaction_has_one_price() {
    let mut talk = node();
    let asked = json!({ "from": ALICE, "to": BOB, "type": "0x0" });
    let sent = talk.ask("eth_sendTransaction", json!([asked]));
    let sent = talk.ask("eth_getTransactionByHash", json!([sent]));
    assert_eq!(sent["type"], "0x0");
    // The base fee of the first block, and a tip of 1 gwei.
    assert_eq!(
        sent["gasPrice"],
        format!("{:#x}", 875_000_000 + 1_000_000_000)
    );
}

#[test]
fn an_access_list_is_created_at_the_price_of_a_sent_transaction() {
    let mut talk = node();
    // Reads the slot GASPRICE.
    talk.ask("anvil_setCode", json!([CONTRACT, "0x3a5400"]));
    let poor = "0x1111111111111111111111111111111111111111";
    for (fields, price) in [
        (json!({}), 2_000_000_000_u64),
        // A sender without funds gets a list too.
        (json!({ "from": poor }), 2_000_000_000),
        (json!({ "type": "0x1" }), 2_000_000_000),
        (json!({ "gasPrice": "0x3b9aca07" }), 1_000_000_007),
        (json!({ "maxFeePerGas": "0x3b9aca07" }), 1_000_000_007),
    ] {
        let asked = request(fields);
        let list = talk.ask("eth_createAccessList", json!([asked, "latest"]));
        let expected = json!([{ "address": CONTRACT, "storageKeys": [format!("0x{price:064x}")] }]);
        assert_eq!(list["accessList"], expected, "{asked}");
    }
    // What is moved has to be there.
    let asked = request(json!({ "from": poor, "value": "0x1" }));
    talk.refused("eth_createAccessList", json!([asked, "latest"]));
}

#[test]
fn a_simulated_call_with_blobs_and_no_blob_fee_pays_the_base_fee_of_the_block() {
    let mut talk = node();
    let blobs = json!([hash()]);
    let poor = "0x1111111111111111111111111111111111111111";
    let call = |from: &str, value: &str| json!({ "from": from, "to": CONTRACT, "blobVersionedHashes": blobs, "value": value });
    let rich = "0x2222222222222222222222222222222222222222";
    // BALANCE of the caller.
    let balance = |of: &str| json!({ "from": of, "to": BOB });
    let payload = json!({ "blockStateCalls": [{
        "blockOverrides": { "blobBaseFee": "0x2" },
        "stateOverrides": {
            CONTRACT: { "code": FEES },
            BOB: { "code": "0x33315f5260205ff3" },
            rich: { "balance": "0x40005" },
            poor: { "balance": "0x3" },
        },
        "calls": [call(rich, "0x1"), balance(rich), call(poor, "0x1"), balance(poor)],
    }] });
    let blocks = talk.ask("eth_simulateV1", json!([payload]));
    let returned = |call: usize| blocks[0]["calls"][call]["returnData"].clone();
    let word = |number: u64| json!(format!("0x{number:064x}"));
    assert_eq!(returned(0), words([0, 2, 0]));
    // A blob has 131,072 gas, for 2 wei each.
    assert_eq!(returned(1), word(0x40005 - 0x40000 - 1));
    // A sender without funds pays nothing.
    assert_eq!(returned(2), words([0, 2, 0]));
    assert_eq!(returned(3), word(2));
}
