//! Transactions that are filled, sent and looked at in other ways than `eth_sendTransaction`.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const NOBODY: &str = "0x00000000000000000000000000000000000000ee";

fn signed(talk: &mut Conversation, nonce: &str) -> Value {
    let request = json!([{ "from": ALICE, "to": BOB, "value": "0x5", "nonce": nonce }]);
    talk.ask("eth_signTransaction", request)
}

/// https://eips.ethereum.org/EIPS/eip-7966
#[test]
fn a_receipt_comes_with_the_transaction_or_an_error_says_why_not() {
    let mut talk = Conversation::new(json!({}));
    let raw = signed(&mut talk, "0x0");
    let receipt = talk.ask("eth_sendRawTransactionSync", json!([raw, 100]));
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["blockNumber"], "0x1");
    let request = json!({ "from": ALICE, "to": BOB, "value": "0x1" });
    let receipt = talk.ask("eth_sendTransactionSync", json!([request]));
    assert_eq!(receipt["blockNumber"], "0x2");

    // There is no block: it is in the pool, and the error says which.
    talk.ask("evm_setAutomine", json!([false]));
    let raw = signed(&mut talk, "0x2");
    let answer = talk.answer("eth_sendRawTransactionSync", json!([raw, "0x64"]));
    assert!(answer.changed);
    let error = answer.result.unwrap_err();
    assert_eq!(error.code.number(), 4);
    assert_eq!(
        error.message,
        "The transaction was added to the transaction pool but wasn't processed in 100ms"
    );
    let pool = talk.ask("txpool_content", json!([]));
    let known = &pool["pending"]
        .as_object()
        .unwrap()
        .values()
        .next()
        .unwrap()["2"];
    assert_eq!(error.data, Some(known["hash"].clone()));
    // The next block could not hold it, however long somebody waits.
    let raw = signed(&mut talk, "0x7");
    let answer = talk.answer("eth_sendRawTransactionSync", json!([raw]));
    assert!(answer.changed);
    let error = answer.result.unwrap_err();
    assert_eq!(error.code.number(), 5);
    assert!(
        error.message.contains("next nonce 3, tx nonce 7"),
        "{error}"
    );
    // A refused transaction has the error of eth_sendRawTransaction.
    let error = talk.refused("eth_sendRawTransactionSync", json!([raw, 100]));
    assert_eq!(error.message, "already known");
    for params in [
        json!([]),
        json!(["0x"]),
        json!([raw, "soon"]),
        json!([raw, -1]),
    ] {
        talk.refused("eth_sendRawTransactionSync", params);
    }
    talk.ask("evm_mine", json!([]));
    assert_eq!(
        talk.ask("txpool_status", json!([])),
        json!({ "pending": "0x0", "queued": "0x1" })
    );
}

#[test]
fn anybody_sends_without_a_signature() {
    let mut talk = Conversation::new(json!({}));
    let request = json!({ "from": NOBODY, "to": BOB, "value": "0x5" });
    talk.ask("anvil_setBalance", json!([NOBODY, "0xde0b6b3a7640000"]));
    talk.refused("eth_sendTransaction", json!([request]));
    let hash = talk.ask("eth_sendUnsignedTransaction", json!([request]));
    let receipt = talk.ask("eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["from"], NOBODY);
    assert_eq!(receipt["status"], "0x1");
    let error = talk.refused("eth_sendUnsignedTransaction", json!([{ "to": BOB }]));
    assert_eq!(error.message, "transaction.from: missing");
    talk.refused("eth_sendUnsignedTransaction", json!([]));
}

/// The bytes are those of anvil 1.7.1 for the same request.
#[test]
fn a_request_is_filled_and_not_sent() {
    let mut talk = Conversation::new(json!({}));
    let fees = json!({
        "from": ALICE, "to": BOB, "value": "0x1", "nonce": "0x2",
        "maxFeePerGas": "0x69484398", "maxPriorityFeePerGas": "0x3b9aca00",
    });
    let filled = talk.ask("eth_fillTransaction", json!([fees]));
    assert_eq!(
        filled["raw"],
        "0x02ec827a6902843b9aca0084694843988252089470997970c51812dc3a010c7d01b50e0d17dc79c80180c0808080"
    );
    let tx = &filled["tx"];
    assert_eq!(
        tx["hash"],
        "0xa979bd4f5d60017d775b438db5f84380875aeacdd1890e3b3bdb7dab70d96746"
    );
    assert_eq!((&tx["gas"], &tx["from"]), (&json!("0x5208"), &json!(ALICE)));
    // What it pays at most, as of every transaction that is in no block.
    assert_eq!(
        (&tx["gasPrice"], &tx["maxFeePerGas"]),
        (&json!("0x69484398"), &json!("0x69484398"))
    );
    assert_eq!(
        (&tx["r"], &tx["s"], &tx["v"]),
        (&json!("0x0"), &json!("0x0"), &json!("0x0"))
    );
    assert_eq!(talk.ask("txpool_status", json!([]))["pending"], "0x0");

    // [nonce 0, price 1 gwei, gas 21000, BOB, 1, "", 0, 0, 0]: no chain id yet, as geth fills it.
    let legacy = json!({ "from": ALICE, "to": BOB, "value": "0x1", "gasPrice": "0x3b9aca00" });
    let filled = talk.ask("eth_fillTransaction", json!([legacy]));
    assert_eq!(
        filled["raw"],
        "0xe380843b9aca008252089470997970c51812dc3a010c7d01b50e0d17dc79c80180808080"
    );
    assert_eq!(filled["tx"]["type"], "0x0");
    assert_eq!(filled["tx"]["v"], "0x0");

    // A revert is an error of the gas estimate.
    talk.ask("anvil_setCode", json!([NOBODY, "0x5f5ffd"]));
    let error = talk.refused(
        "eth_fillTransaction",
        json!([{ "from": ALICE, "to": NOBODY }]),
    );
    assert_eq!(error.code.number(), 3, "{error}");
    let error = talk.refused(
        "eth_fillTransaction",
        json!([{ "from": ALICE, "value": 1.5 }]),
    );
    assert!(error.message.starts_with("transaction"), "{error}");
}

#[test]
fn the_pool_is_looked_at_and_emptied_by_sender() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let request = |nonce: &str, to: Option<&str>| {
        json!([{ "from": ALICE, "to": to, "value": "0x5", "nonce": nonce, "gas": "0x10000",
            "input": to.map_or("0x00", |_| "0x"), "gasPrice": "0x77359400" }])
    };
    let first = talk.ask("eth_sendTransaction", request("0x0", Some(BOB)));
    talk.ask("eth_sendTransaction", request("0x3", None));
    let of_bob = json!([{ "from": BOB, "to": ALICE, "gas": "0x5208", "gasPrice": "0x77359400" }]);
    let of_bob = talk.ask("eth_sendTransaction", of_bob);
    // As geth writes them: addresses with their checksums.
    let alice = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    let bob = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    assert_eq!(
        talk.ask("txpool_inspect", json!([])),
        json!({
            "pending": {
                alice: { "0": format!("{bob}: 5 wei + 65536 gas × 2000000000 wei") },
                bob: { "0": format!("{alice}: 0 wei + 21000 gas × 2000000000 wei") },
            },
            "queued": { alice: { "3": "contract creation: 5 wei + 65536 gas × 2000000000 wei" } },
        })
    );
    let pending = talk.ask("eth_pendingTransactions", json!([]));
    let hashes: Vec<_> = pending
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["hash"])
        .collect();
    assert_eq!(hashes, [&of_bob, &first]);
    let found = talk.ask("eth_getTransactionBySenderAndNonce", json!([ALICE, "0x3"]));
    assert_eq!(
        (&found["nonce"], &found["blockHash"]),
        (&json!("0x3"), &Value::Null)
    );

    talk.ask("anvil_removePoolTransactions", json!([ALICE]));
    assert_eq!(
        talk.ask("txpool_status", json!([])),
        json!({ "pending": "0x1", "queued": "0x0" })
    );
    talk.ask("anvil_removePoolTransactions", json!([ALICE]));
    talk.refused("anvil_removePoolTransactions", json!([]));
    talk.ask("evm_mine", json!([]));
    let found = talk.ask("eth_getTransactionBySenderAndNonce", json!([BOB, 0]));
    assert_eq!(found["hash"], of_bob);
    assert_eq!(found["blockNumber"], "0x1");
    for params in [json!([BOB, "0x1"]), json!([NOBODY, "0x0"])] {
        let found = talk.ask("eth_getTransactionBySenderAndNonce", params);
        assert_eq!(found, Value::Null);
    }
    talk.refused("eth_getTransactionBySenderAndNonce", json!([BOB]));
}

#[test]
fn a_least_gas_price_holds_before_london() {
    let mut talk = Conversation::new(json!({}));
    let error = talk.refused("anvil_setMinGasPrice", json!(["0x1"]));
    assert_eq!(
        error.message,
        "gas price: anvil_setMinGasPrice is not supported when EIP-1559 is active"
    );
    talk.refused("hardhat_setMinGasPrice", json!(["cheap"]));

    let genesis = json!({
        "config": { "chainId": 1, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0,
            "eip158Block": 0, "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0,
            "istanbulBlock": 0, "berlinBlock": 0 },
        "gasLimit": "0x1c9c380", "difficulty": "0x20000",
        "alloc": { ALICE: { "balance": "0xde0b6b3a7640000" } },
    });
    let mut talk = Conversation::new(json!({ "genesis": genesis }));
    talk.ask("hardhat_setMinGasPrice", json!(["0x77359400"]));
    assert_eq!(talk.ask("eth_gasPrice", json!([])), "0x77359400");
    let request = |price: &str| json!([{ "from": ALICE, "to": BOB, "gasPrice": price }]);
    let error = talk.refused("eth_sendTransaction", request("0x773593ff"));
    assert_eq!(
        error.message,
        "transaction underpriced: gas price 1999999999, minimum needed 2000000000"
    );
    talk.ask("eth_sendTransaction", request("0x77359400"));
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x1");
    // What is in the pool waits when the price rises.
    talk.ask("evm_setAutomine", json!([false]));
    talk.ask("eth_sendTransaction", request("0x77359400"));
    talk.ask("anvil_setMinGasPrice", json!(["0x77359401"]));
    talk.ask("evm_mine", json!([]));
    assert_eq!(talk.ask("txpool_status", json!([]))["pending"], "0x1");
    talk.ask("anvil_setMinGasPrice", json!([0]));
    talk.ask("evm_mine", json!([]));
    assert_eq!(talk.ask("txpool_status", json!([]))["pending"], "0x0");
    let error = talk.refused("hardhat_setPrevRandao", json!([format!("0x{:064x}", 1)]));
    assert!(error.message.starts_with("prevRandao: "), "{error}");
}

#[test]
fn blobs_are_found_after_their_block() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let blob = format!("0x{}", "01".repeat(131_072));
    let point = format!("0xc0{}", "00".repeat(47));
    let request = json!([{
        "from": ALICE, "to": BOB, "maxFeePerBlobGas": "0x3b9aca00",
        "blobs": [blob], "commitments": [point], "proofs": [point],
    }]);
    let hash = talk.ask("eth_sendTransaction", request);
    // versioned_hash(c00000…)
    let versioned = "0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014";
    for block in ["no", "its"] {
        let blobs = talk.ask("anvil_getBlobsByTransactionHash", json!([hash]));
        assert_eq!(blobs, json!([blob]), "{block} block");
        talk.ask("evm_mine", json!([]));
    }
    talk.node = parevm_node::Node::restore(&talk.node.save()).unwrap();
    let blobs = talk.ask("anvil_getBlobsByTransactionHash", json!([hash]));
    assert_eq!(blobs, json!([blob]));
    assert_eq!(
        talk.ask("anvil_getBlobByHash", json!([versioned])),
        json!(blob)
    );
    for method in ["anvil_getBlobsByTransactionHash", "anvil_getBlobByHash"] {
        let unknown = format!("0x{:064x}", 1);
        assert_eq!(talk.ask(method, json!([unknown])), Value::Null);
        talk.refused(method, json!([]));
    }
}

#[test]
fn there_is_no_fork_whose_url_could_be_set() {
    let mut talk = Conversation::new(json!({}));
    let error = talk.refused("anvil_setRpcUrl", json!(["http://localhost:8545"]));
    assert_eq!(
        error.message,
        "there is no fork: this chain is in memory and has no RPC URL"
    );
    assert_eq!(error.code.number(), -32_000);
    let error = talk.refused("anvil_setRpcUrl", json!([7]));
    assert_eq!(error.code.number(), -32_602);
}

/// https://geth.ethereum.org/docs/interacting-with-geth/rpc/pubsub
#[test]
fn receipts_and_the_sync_state_are_returned() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let syncing = talk.ask("eth_subscribe", json!(["syncing"]));
    let received = talk.notified();
    assert_eq!(
        received,
        [json!({ "subscription": syncing, "result": false })]
    );

    let [first, second] = ["0x1", "0x2"].map(|value| {
        let request = json!([{ "from": ALICE, "to": BOB, "value": value }]);
        talk.ask("eth_sendTransaction", request)
    });
    let all = talk.ask("eth_subscribe", json!(["transactionReceipts"]));
    let wanted = json!({ "transactionHashes": [second] });
    let one = talk.ask("eth_subscribe", json!(["transactionReceipts", wanted]));
    let other = json!({ "transactionHashes": [format!("0x{:064x}", 1)] });
    talk.ask("eth_subscribe", json!(["transactionReceipts", other]));
    talk.node = parevm_node::Node::restore(&talk.node.save()).unwrap();
    talk.ask("evm_mine", json!([]));
    let [of_first, of_second] =
        [first, second].map(|hash| talk.ask("eth_getTransactionReceipt", json!([hash])));
    // All of a block at once.
    assert_eq!(
        talk.notified(),
        [
            json!({ "subscription": all, "result": [of_first, of_second] }),
            json!({ "subscription": one, "result": [of_second] }),
        ]
    );
    // A block without any notifies nobody.
    talk.ask("evm_mine", json!([]));
    assert!(talk.notified().is_empty());
    let many = vec![format!("0x{:064x}", 1); 201];
    let error = talk.refused(
        "eth_subscribe",
        json!(["transactionReceipts", { "transactionHashes": many }]),
    );
    assert_eq!(
        error.message,
        "filter.transactionHashes: more than 200 transactions"
    );
    for filter in [
        json!({ "hashes": [] }),
        json!([]),
        json!({ "transactionHashes": ["0x1"] }),
    ] {
        let error = talk.refused("eth_subscribe", json!(["transactionReceipts", filter]));
        assert!(error.message.starts_with("filter"), "{error}");
    }
}
