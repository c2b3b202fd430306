//! Transactions that wait for a block, and the pending block.

use parevm_node::rpc::ErrorCode;
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
/// 10 gwei.
const MOST: &str = "0x2540be400";
const TIP: &str = "0x3b9aca00";
const COUNTER: &str = "0x00000000000000000000000000000000000000f1";

/// Sends one transaction of each type with these fees, and returns hashes and types.
fn sent(talk: &mut Conversation) -> Vec<(Value, &'static str)> {
    let blob = format!("0x{}", "00".repeat(131_072));
    let point = format!("0x{}", "c0".repeat(48));
    let word = format!("0x{:064x}", 1);
    let authorization = json!({
        "chainId": "0x7a69", "address": BOB, "nonce": "0x0", "yParity": "0x0", "r": word, "s": word,
    });
    let cases = [
        (json!({ "gasPrice": MOST }), "0x0"),
        (
            json!({ "gasPrice": MOST, "accessList": [{ "address": BOB, "storageKeys": [] }] }),
            "0x1",
        ),
        (json!({}), "0x2"),
        (
            json!({ "blobs": [blob], "commitments": [point], "proofs": [point], "maxFeePerBlobGas": TIP }),
            "0x3",
        ),
        (json!({ "authorizationList": [authorization] }), "0x4"),
    ];
    let send = |(more, kind): (Value, &'static str)| {
        let mut request = json!({ "from": ALICE, "to": BOB, "gas": "0x186a0" });
        if more.get("gasPrice").is_none() {
            request["maxFeePerGas"] = json!(MOST);
            request["maxPriorityFeePerGas"] = json!(TIP);
        }
        let fields = request.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        (talk.ask("eth_sendTransaction", json!([request])), kind)
    };
    cases.into_iter().map(send).collect()
}

/// https://github.com/ethereum/go-ethereum/issues/23345
/// https://github.com/hyperledger/besu/issues/2528
/// https://github.com/MetaMask/metamask-extension/issues/11685
#[test]
fn a_waiting_transaction_has_the_most_that_it_pays_as_its_price() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let received = talk.ask("eth_subscribe", json!(["newPendingTransactions", true]));
    let polled = talk.ask("eth_newPendingTransactionFilter", json!([true]));
    let sent = sent(&mut talk);
    let content = talk.ask("txpool_content", json!([]));
    let content = content["pending"].as_object().unwrap();
    let content = content.values().next().unwrap().clone();
    let of_alice = talk.ask("txpool_contentFrom", json!([ALICE]))["pending"].clone();
    let block = talk.ask("eth_getBlockByNumber", json!(["pending", true]));
    let in_block = block["transactions"].as_array().unwrap();
    assert_eq!(in_block.len(), 5);
    let polled = talk.ask("eth_getFilterChanges", json!([polled]));
    let notified = talk.notified();
    for (nonce, (hash, kind)) in sent.iter().enumerate() {
        let at = json!(["pending", format!("{nonce:#x}")]);
        let shown = [
            talk.ask("eth_getTransactionByHash", json!([hash])),
            content[&nonce.to_string()].clone(),
            of_alice[&nonce.to_string()].clone(),
            in_block[nonce].clone(),
            talk.ask("eth_getTransactionByBlockNumberAndIndex", at),
            polled[nonce].clone(),
            notified[nonce]["result"].clone(),
        ];
        for (place, shown) in shown.iter().enumerate() {
            assert_eq!(shown["hash"], *hash, "type {kind}, place {place}");
            assert_eq!(shown["type"], *kind, "place {place}");
            assert_eq!(shown["gasPrice"], MOST, "type {kind}, place {place}");
            for field in [
                "blockHash",
                "blockNumber",
                "transactionIndex",
                "blockTimestamp",
            ] {
                let message = format!("type {kind}, place {place}: {field}");
                assert_eq!(shown.get(field), Some(&Value::Null), "{message}");
            }
        }
        assert_eq!(notified[nonce]["subscription"], received);
    }
    // In a block it has what it paid: the base fee of 0.875 gwei and the tip.
    talk.ask("evm_mine", json!([]));
    for (hash, kind) in sent {
        let mined = talk.ask("eth_getTransactionByHash", json!([hash]));
        let price = match kind {
            "0x0" | "0x1" => MOST,
            _ => "0x6fc23ac0",
        };
        assert_eq!(mined["gasPrice"], price, "type {kind}");
        assert_eq!(mined["blockNumber"], "0x1");
    }
}

/// https://github.com/foundry-rs/foundry/issues/9757
#[test]
fn pending_transactions_are_sent_whole_on_request() {
    let mut talk = Conversation::new(json!({}));
    let subscribe = |talk: &mut Conversation, more: Value| {
        let mut params = json!(["newPendingTransactions"]);
        params
            .as_array_mut()
            .unwrap()
            .extend(more.as_array().unwrap().clone());
        talk.ask("eth_subscribe", params)
    };
    let whole = subscribe(&mut talk, json!([true]));
    let hashes = [
        subscribe(&mut talk, json!([])),
        subscribe(&mut talk, json!([false])),
        subscribe(&mut talk, json!([null])),
    ];
    let polls_whole = talk.ask("eth_newPendingTransactionFilter", json!([true]));
    let polls_hashes = talk.ask("eth_newPendingTransactionFilter", json!([false]));
    let request = json!([{ "from": ALICE, "to": BOB, "value": "0x7" }]);
    let hash = talk.ask("eth_sendTransaction", request.clone());
    let received = talk.notified();
    assert_eq!(received.len(), 4);
    assert_eq!(received[0]["subscription"], whole);
    assert_eq!(received[0]["result"]["hash"], hash);
    assert_eq!(received[0]["result"]["from"], ALICE);
    assert_eq!(received[0]["result"]["value"], "0x7");
    for (received, number) in received[1..].iter().zip(hashes) {
        assert_eq!(*received, json!({ "subscription": number, "result": hash }));
    }
    let polled = talk.ask("eth_getFilterChanges", json!([polls_whole]));
    assert_eq!(polled.as_array().unwrap().len(), 1);
    assert_eq!(polled[0], received[0]["result"]);
    assert_eq!(
        talk.ask("eth_getFilterChanges", json!([polls_whole])),
        json!([])
    );
    assert_eq!(
        talk.ask("eth_getFilterChanges", json!([polls_hashes])),
        json!([hash])
    );
    for (method, params) in [
        ("eth_subscribe", json!(["newPendingTransactions", "yes"])),
        ("eth_newPendingTransactionFilter", json!([7])),
    ] {
        let error = talk.refused(method, params);
        assert_eq!(error.code, ErrorCode::InvalidParams, "{method}");
        assert!(error.message.starts_with("full transactions: "), "{error}");
    }
}

/// https://github.com/NethermindEth/nethermind/issues/5810
/// https://github.com/ethereum/go-ethereum/issues/806
/// https://github.com/ethereum/go-ethereum/issues/884
#[test]
fn a_pending_block_has_no_hash_nonce_or_miner() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    talk.ask("anvil_setCoinbase", json!([BOB]));
    let payment = json!([{ "from": ALICE, "to": BOB, "value": "0x1" }]);
    let hash = talk.ask("eth_sendTransaction", payment);
    for tag in [json!("pending"), json!({ "blockNumber": "pending" })] {
        let block = talk.ask("eth_getBlockByNumber", json!([tag, false]));
        for field in ["hash", "nonce", "miner"] {
            assert_eq!(block.get(field), Some(&Value::Null), "{tag}: {field}");
        }
        assert_eq!(block["number"], "0x1", "{tag}");
        assert_eq!(block["transactions"], json!([hash]), "{tag}");
        assert_eq!(block["baseFeePerGas"], "0x342770c0", "{tag}");
    }
    let block = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    for field in ["hash", "nonce", "miner"] {
        assert!(block[field].is_string(), "{field}");
    }
}

/// https://github.com/NethermindEth/nethermind/issues/5810
#[test]
fn every_tag_is_taken_as_text_and_as_an_object() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    // NUMBER, returned.
    talk.ask("anvil_setCode", json!([COUNTER, "0x435f5260205ff3"]));
    talk.ask("evm_mine", json!([]));
    talk.ask(
        "eth_sendTransaction",
        json!([{ "from": ALICE, "to": BOB, "value": "0x5", "gas": "0x5208" }]),
    );
    let call = json!({ "to": COUNTER });
    for (tag, number) in [
        ("earliest", 0_u64),
        ("latest", 1),
        ("safe", 1),
        ("finalized", 1),
        ("pending", 2),
    ] {
        for block in [json!(tag), json!({ "blockNumber": tag })] {
            let name = format!("{block}");
            let word = format!("0x{number:064x}");
            // The code was set on top of the genesis block.
            let answer = talk.ask("eth_call", json!([call, block]));
            assert_eq!(answer, word, "{name}");
            let trace = json!([call, block, { "tracer": "callTracer" }]);
            assert_eq!(talk.ask("debug_traceCall", trace)["output"], word, "{name}");
            for method in ["eth_estimateGas", "eth_createAccessList"] {
                talk.ask(method, json!([call, block]));
            }
            let simulated = json!([{ "blockStateCalls": [{ "calls": [call] }] }, block]);
            let simulated = talk.ask("eth_simulateV1", simulated);
            assert_eq!(
                simulated[0]["number"],
                format!("{:#x}", number + 1),
                "{name}"
            );
            let bobs = match tag {
                "pending" => "0x21e19e0c9bab2400005",
                _ => "0x21e19e0c9bab2400000",
            };
            let balance = talk.ask("eth_getBalance", json!([BOB, block]));
            assert_eq!(balance, bobs, "{name}");
            let nonce = talk.ask("eth_getTransactionCount", json!([ALICE, block]));
            assert_eq!(
                nonce,
                if tag == "pending" { "0x1" } else { "0x0" },
                "{name}"
            );
            assert_eq!(
                talk.ask("eth_getCode", json!([COUNTER, block])),
                "0x435f5260205ff3",
                "{name}"
            );
            let zero = format!("0x{:064x}", 0);
            let slot = talk.ask("eth_getStorageAt", json!([COUNTER, "0x0", block]));
            assert_eq!(slot, zero, "{name}");
            let proof = talk.ask("eth_getProof", json!([BOB, [], block]));
            assert_eq!(proof["balance"], bobs, "{name}");
            let count = u64::from(tag == "pending");
            let transactions = talk.ask("eth_getBlockTransactionCountByNumber", json!([block]));
            assert_eq!(transactions, format!("{count:#x}"), "{name}");
            let receipts = talk.ask("eth_getBlockReceipts", json!([block]));
            assert_eq!(receipts.as_array().unwrap().len() as u64, count, "{name}");
            let uncles = talk.ask("eth_getUncleCountByBlockNumber", json!([block]));
            assert_eq!(uncles, "0x0", "{name}");
            let shown = talk.ask("eth_getBlockByNumber", json!([block, true]));
            assert_eq!(shown["number"], format!("{number:#x}"), "{name}");
            let history = talk.ask("eth_feeHistory", json!(["0x1", block, []]));
            assert_eq!(history["oldestBlock"], format!("{number:#x}"), "{name}");
            talk.ask("debug_getRawHeader", json!([block]));
            talk.ask("debug_getRawReceipts", json!([block]));
            if number > 0 {
                let traces = json!([block, { "tracer": "callTracer" }]);
                let traces = talk.ask("debug_traceBlockByNumber", traces);
                assert_eq!(traces.as_array().unwrap().len() as u64, count, "{name}");
            }
        }
    }
}
