//! Which logs a filter passes, and where in its block a log lies.

use parevm_node::rpc::ErrorCode;
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const LOUD: &str = "0x00000000000000000000000000000000000000c0";

fn word(number: u64) -> String {
    format!("0x{number:064x}")
}

fn call(talk: &mut Conversation, from: &str, to: &str) -> Value {
    let request = json!([{ "from": from, "to": to, "gas": "0x30d40" }]);
    talk.ask("eth_sendTransaction", request)
}

/// A node with a contract that writes logs with no topic, with 0x11, with 0x11 and 0x22, and with four
/// topics from 0x11 to 0x44.
fn started() -> Conversation {
    let mut talk = Conversation::new(json!({}));
    let code = "0x5f5fa0 60115f5fa1 602260115f5fa2 60446033602260115f5fa4 00";
    talk.ask("anvil_setCode", json!([LOUD, code.replace(' ', "")]));
    talk
}

/// https://github.com/ethereum/go-ethereum/issues/15187
/// https://github.com/paritytech/polkadot-sdk/issues/12483
#[test]
fn a_filter_of_n_topics_passes_logs_with_n_topics_or_more() {
    let (one, two, four) = (word(0x11), word(0x22), word(0x44));
    let cases = [
        (json!([]), vec![0, 1, 2, 4]),
        (json!(null), vec![0, 1, 2, 4]),
        (json!([null]), vec![1, 2, 4]),
        (json!([[]]), vec![1, 2, 4]),
        (json!([[null]]), vec![1, 2, 4]),
        (json!([[two, null]]), vec![1, 2, 4]),
        (json!([one]), vec![1, 2, 4]),
        (json!([[two, one]]), vec![1, 2, 4]),
        (json!([one, null]), vec![2, 4]),
        (json!([one, []]), vec![2, 4]),
        (json!([null, two]), vec![2, 4]),
        (json!([null, null]), vec![2, 4]),
        (json!([null, null, null]), vec![4]),
        (json!([null, null, null, four]), vec![4]),
        (json!([null, null, null, null]), vec![4]),
        (json!([two]), vec![]),
        (json!([one, two, null, two]), vec![]),
    ];
    let counts = |logs: Value| -> Vec<usize> {
        let logs = logs.as_array().unwrap().iter();
        logs.map(|log| log["topics"].as_array().unwrap().len())
            .collect()
    };
    let mut talk = started();
    let open: Vec<_> = cases
        .iter()
        .map(|(topics, _)| {
            let filter = talk.ask("eth_newFilter", json!([{ "topics": topics }]));
            let search = json!([{ "topics": topics, "fromBlock": "earliest" }]);
            let search = talk.ask("eth_newFilter", search);
            let received = talk.ask("eth_subscribe", json!(["logs", { "topics": topics }]));
            (filter, search, received)
        })
        .collect();
    call(&mut talk, ALICE, LOUD);
    let notified = talk.notified();
    for ((topics, expected), (filter, search, received)) in cases.iter().zip(open) {
        let asked = json!([{ "fromBlock": "0x0", "topics": topics }]);
        assert_eq!(
            counts(talk.ask("eth_getLogs", asked)),
            *expected,
            "{topics}"
        );
        let hash = talk.node.chain().head().hash;
        let asked = json!([{ "blockHash": hash, "topics": topics }]);
        assert_eq!(
            counts(talk.ask("eth_getLogs", asked)),
            *expected,
            "{topics}"
        );
        let polled = talk.ask("eth_getFilterChanges", json!([filter]));
        assert_eq!(counts(polled), *expected, "{topics}");
        let searched = talk.ask("eth_getFilterLogs", json!([search]));
        assert_eq!(counts(searched), *expected, "{topics}");
        let received = notified
            .iter()
            .filter(|notification| notification["subscription"] == received);
        let received: Vec<_> = received
            .map(|notification| notification["result"].clone())
            .collect();
        assert_eq!(counts(json!(received)), *expected, "{topics}");
    }
}

/// https://github.com/paritytech/polkadot-sdk/issues/12483
/// Words and codes are those of go-ethereum's `eth/filters`.
#[test]
fn ranges_that_cannot_be_searched_are_refused_in_the_words_of_geth() {
    let mut talk = started();
    for _ in 0..5 {
        talk.ask("evm_mine", json!([]));
    }
    let pending = "pending logs are not supported";
    let reversed = "invalid block range params";
    let future = "block range extends beyond current head block";
    let range = |from: Value, to: Value| json!({ "fromBlock": from, "toBlock": to });
    let number = |number: u64| json!(format!("{number:#x}"));
    let tag = |tag: &str| json!(tag);
    let searches = [
        (range(tag("pending"), tag("pending")), Some(pending)),
        (range(tag("pending"), json!(null)), Some(pending)),
        (range(number(0), tag("pending")), Some(pending)),
        (range(tag("latest"), tag("pending")), Some(pending)),
        (range(number(3), number(2)), Some(reversed)),
        (range(number(9), number(8)), Some(reversed)),
        (range(number(9), tag("latest")), Some(reversed)),
        (range(tag("latest"), number(5)), Some(reversed)),
        (range(tag("latest"), tag("earliest")), Some(reversed)),
        (range(number(0), number(6)), Some(future)),
        (range(number(6), number(6)), Some(future)),
        (range(number(5), number(5)), None),
        (range(tag("latest"), tag("latest")), None),
        (range(json!(null), json!(null)), None),
        (range(tag("earliest"), tag("safe")), None),
        (range(tag("finalized"), tag("latest")), None),
    ];
    for (filter, words) in searches {
        let answer = talk.answer("eth_getLogs", json!([filter])).result;
        let error = answer.err();
        let code = words.map(|_| ErrorCode::InvalidParams);
        assert_eq!(error.as_ref().map(|error| error.code), code, "{filter}");
        let message = error.as_ref().map(|error| error.message.as_str());
        assert_eq!(message, words, "{filter}");
    }
    // Filters and subscriptions wait for new blocks.
    let waits = [
        (range(tag("pending"), tag("latest")), Some(pending)),
        (range(tag("latest"), tag("pending")), Some(pending)),
        (range(tag("latest"), number(9)), Some(reversed)),
        (range(number(9), number(8)), Some(reversed)),
        (range(number(1), tag("safe")), Some(reversed)),
        (range(tag("finalized"), tag("latest")), Some(reversed)),
        (range(number(1), tag("earliest")), Some(reversed)),
        (range(number(8), number(9)), None),
        (range(number(8), tag("latest")), None),
        (range(tag("earliest"), tag("latest")), None),
        (range(tag("earliest"), number(9)), None),
    ];
    for (filter, words) in waits {
        for (method, params) in [
            ("eth_newFilter", json!([filter])),
            ("eth_subscribe", json!(["logs", filter])),
        ] {
            let error = talk.answer(method, params).result.err();
            let message = error.as_ref().map(|error| error.message.as_str());
            assert_eq!(message, words, "{method}, {filter}");
        }
    }
}

#[test]
fn filters_that_are_not_well_formed_are_refused_in_the_words_of_geth() {
    let mut talk = started();
    let (hash, topic) = (word(7), word(0x11));
    let exclusive = "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other";
    let many = |count: usize| json!(vec![LOUD; count]);
    let topics = |count: usize| json!([vec![topic.clone(); count]]);
    let cases = [
        (json!({ "blockHash": hash }), -32_000, "unknown block"),
        (
            json!({ "blockHash": hash, "fromBlock": "0x0" }),
            -32_602,
            exclusive,
        ),
        (
            json!({ "blockHash": hash, "toBlock": "latest" }),
            -32_602,
            exclusive,
        ),
        (
            json!({ "blockHash": hash, "fromBlock": null, "toBlock": null }),
            -32_000,
            "unknown block",
        ),
        (
            json!({ "topics": [null, null, null, null, null] }),
            -32_602,
            "exceed max topics",
        ),
        (
            json!({ "topics": topics(1_001) }),
            -32_602,
            "exceed max topics",
        ),
        (
            json!({ "address": many(1_001) }),
            -32_000,
            "exceed max addresses or topics per search position",
        ),
        (
            json!({ "address": [LOUD, null] }),
            -32_602,
            "filter.address",
        ),
        (json!({ "address": 7 }), -32_602, "filter.address"),
        (json!({ "topics": [7] }), -32_602, "filter.topics[0]"),
        (json!({ "topics": ["0x11"] }), -32_602, "filter.topics[0]"),
        (json!({ "topics": topic }), -32_602, "filter.topics"),
        (json!({ "fromBlock": "soon" }), -32_602, "filter.fromBlock"),
        (json!({ "adress": LOUD }), -32_602, "filter"),
    ];
    for (filter, code, words) in cases {
        let name = filter.to_string();
        let name = &name[..name.len().min(100)];
        let error = talk.refused("eth_getLogs", json!([filter]));
        assert_eq!(error.code.number(), code, "{name}: {error}");
        assert!(error.message.starts_with(words), "{name}: {error}");
    }
    for address in [
        json!(null),
        json!([]),
        json!(LOUD),
        json!([LOUD]),
        many(1_000),
    ] {
        talk.ask(
            "eth_getLogs",
            json!([{ "address": address, "topics": topics(1_000) }]),
        );
    }
}

#[test]
fn a_live_filter_passes_logs_of_the_blocks_that_it_names() {
    let mut talk = started();
    let range =
        json!({ "fromBlock": "0x2", "toBlock": "0x3", "topics": [word(0x11), word(0x22), null] });
    let filter = talk.ask("eth_newFilter", json!([range]));
    talk.ask("eth_subscribe", json!(["logs", range]));
    for _ in 0..4 {
        call(&mut talk, ALICE, LOUD);
    }
    let polled = talk.ask("eth_getFilterChanges", json!([filter]));
    let numbers = |logs: Vec<Value>| -> Vec<Value> {
        logs.iter().map(|log| log["blockNumber"].clone()).collect()
    };
    assert_eq!(numbers(polled.as_array().unwrap().clone()), ["0x2", "0x3"]);
    let received = talk.notified();
    let received = received
        .iter()
        .map(|received| received["result"].clone())
        .collect();
    assert_eq!(numbers(received), ["0x2", "0x3"]);
}

/// Logs are counted over the block. What reverts, a transaction or a frame, leaves none.
#[test]
fn log_indices_count_over_the_block_wherever_logs_are_shown() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let (inner, outer, failing) = (
        "0x00000000000000000000000000000000000000a1",
        "0x00000000000000000000000000000000000000a2",
        "0x00000000000000000000000000000000000000a3",
    );
    // Logs topic 0xa1, and reverts where it was called with data.
    talk.ask(
        "anvil_setCode",
        json!([inner, "0x60a15f5fa1 36 600a57 00 5b5f5ffd".replace(' ', "")]),
    );
    // Logs topic 1, calls the first with data, logs topic 2, calls it without, logs topic 3.
    let with_data = "5f5f60015f5f60a15af150";
    let without = "5f5f5f5f5f60a15af150";
    let code = format!("0x60015f5fa1{with_data}60025f5fa1{without}60035f5fa1");
    talk.ask("anvil_setCode", json!([outer, code]));
    // Calls the second, logs and reverts.
    let code = "0x5f5f5f5f5f60a25af1 60095f5fa1 5f5ffd".replace(' ', "");
    talk.ask("anvil_setCode", json!([failing, code]));
    let filter = talk.ask("eth_newFilter", json!([{}]));
    talk.ask("eth_subscribe", json!(["logs"]));
    let calls = [outer, failing, inner, failing, outer];
    let hashes: Vec<_> = calls.iter().map(|to| call(&mut talk, ALICE, to)).collect();
    talk.ask("evm_mine", json!([]));
    // A second block counts from zero again.
    let last = call(&mut talk, BOB, inner);
    talk.ask("evm_mine", json!([]));

    // Transaction, index of the log, topic.
    let expected = [
        (0, 0, 1_u64),
        (0, 1, 2),
        (0, 2, 0xa1),
        (0, 3, 3),
        (2, 4, 0xa1),
        (4, 5, 1),
        (4, 6, 2),
        (4, 7, 0xa1),
        (4, 8, 3),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(transaction, index, topic)| {
            json!([
                hashes[*transaction],
                format!("{transaction:#x}"),
                "0x1",
                format!("{index:#x}"),
                word(*topic)
            ])
        })
        .chain([json!([last, "0x0", "0x2", "0x0", word(0xa1)])])
        .collect();
    let shown = |logs: Vec<Value>| -> Vec<Value> {
        let log = |log: &Value| {
            json!([
                log["transactionHash"],
                log["transactionIndex"],
                log["blockNumber"],
                log["logIndex"],
                log["topics"][0]
            ])
        };
        logs.iter().map(log).collect()
    };
    let list = |value: Value| value.as_array().unwrap().clone();
    let logs = talk.ask("eth_getLogs", json!([{ "fromBlock": "0x0" }]));
    assert_eq!(shown(list(logs)), expected);
    let polled = talk.ask("eth_getFilterChanges", json!([filter]));
    assert_eq!(shown(list(polled)), expected);
    let received = talk.notified();
    let received = received
        .iter()
        .map(|received| received["result"].clone())
        .collect();
    assert_eq!(shown(received), expected);
    let mut of_receipts = Vec::new();
    for hash in hashes.iter().chain([&last]) {
        let receipt = talk.ask("eth_getTransactionReceipt", json!([hash]));
        of_receipts.extend(list(receipt["logs"].clone()));
    }
    assert_eq!(shown(of_receipts), expected);
    let mut of_blocks = Vec::new();
    for block in ["0x1", "0x2"] {
        for receipt in list(talk.ask("eth_getBlockReceipts", json!([block]))) {
            of_blocks.extend(list(receipt["logs"].clone()));
        }
    }
    assert_eq!(shown(of_blocks), expected);
    let statuses: Vec<_> = hashes
        .iter()
        .map(|hash| talk.ask("eth_getTransactionReceipt", json!([hash]))["status"].clone())
        .collect();
    assert_eq!(statuses, ["0x1", "0x0", "0x1", "0x0", "0x1"]);
}
