//! Receipts of what a node has mined.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const FAILING: &str = "0x00000000000000000000000000000000000000c0";

fn call(talk: &mut Conversation, to: &str) -> Value {
    let request = json!([{ "from": ALICE, "to": to, "gas": "0x30d40" }]);
    talk.ask("eth_sendTransaction", request)
}

/// https://github.com/foundry-rs/foundry/issues/12837
/// https://github.com/ethereum/go-ethereum/issues/27937
/// https://github.com/hyperledger/besu/issues/3389
#[test]
fn the_receipt_of_a_creation_has_the_address_even_if_it_failed() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    // Alice's contracts with nonces 0 to 4, as CREATE numbers them.
    let cases = [
        // Deploys nothing.
        (
            "0x00",
            "0x1",
            json!("0x5fbdb2315678afecb367f032d93f642f64180aa3"),
        ),
        // Reverts, runs into INVALID, deploys code that EIP-3541 refuses, and runs out of gas.
        (
            "0x5f5ffd",
            "0x0",
            json!("0xe7f1725e7734ce288f8367e1bb143e90bb3f0512"),
        ),
        (
            "0xfe",
            "0x0",
            json!("0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0"),
        ),
        (
            "0x60ef5f5360015ff3",
            "0x0",
            json!("0xcf7ed3acca5a467e9e704c703e8d87f634fb0fc9"),
        ),
        (
            "0x5b5f56",
            "0x0",
            json!("0xdc64a140aa3e981100a9beca4e685f962f0cf6c9"),
        ),
    ];
    let mut hashes = Vec::new();
    for (input, ..) in &cases {
        let request = json!([{ "from": ALICE, "input": input, "gas": "0x186a0" }]);
        hashes.push(talk.ask("eth_sendTransaction", request));
    }
    // A call has none, reverted or not.
    hashes.push(call(&mut talk, BOB));
    talk.ask("anvil_setCode", json!([FAILING, "0x5f5ffd"]));
    hashes.push(call(&mut talk, FAILING));
    let calls = [("0x1", Value::Null), ("0x0", Value::Null)];
    let expected: Vec<_> = cases
        .iter()
        .map(|(_, status, address)| (*status, address.clone()))
        .chain(calls)
        .collect();
    let mut check = |block: &str| {
        let receipts = talk.ask("eth_getBlockReceipts", json!([block]));
        let receipts = receipts.as_array().unwrap().clone();
        assert_eq!(receipts.len(), expected.len());
        for (receipt, (status, address)) in receipts.iter().zip(&expected) {
            assert_eq!(receipt["status"], *status, "{block}");
            assert_eq!(receipt.get("contractAddress"), Some(address), "{block}");
        }
        if block == "pending" {
            talk.ask("evm_mine", json!([]));
        }
    };
    check("pending");
    check("latest");
    for (hash, (_, address)) in hashes.iter().zip(&expected) {
        let receipt = talk.ask("eth_getTransactionReceipt", json!([hash]));
        assert_eq!(receipt["contractAddress"], *address);
    }
    // There is a contract only where the creation succeeded.
    let failed = talk.ask("eth_getTransactionCount", json!([expected[1].1, "latest"]));
    assert_eq!(failed, "0x0");
}
