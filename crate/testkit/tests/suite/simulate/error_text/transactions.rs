//! Error codes and messages of sent transactions: those of geth.

use super::support::{ALICE, BOB, CHECKSUMMED, POOR, node, refused, signed};
use serde_json::{Value, json};

#[test]
fn the_pool_rejects_transactions_with_the_message_of_geth() {
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
fn a_transaction_request_without_funds_is_rejected_with_the_missing_amount() {
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

#[test]
fn a_payload_with_an_invalid_transaction_is_rejected_with_the_message_of_geth() {
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
