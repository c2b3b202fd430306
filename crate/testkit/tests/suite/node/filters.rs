//! How long a filter lives, what it is known by, and how many there can be.

use parevm::Engine;
use parevm_node::{Node, node::Host, rpc::ErrorCode};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const MINUTE: u64 = 60_000;

/// One filter of each kind.
fn of_each_kind(talk: &mut Conversation) -> Vec<Value> {
    [
        ("eth_newBlockFilter", json!([])),
        ("eth_newFilter", json!([{}])),
        ("eth_newPendingTransactionFilter", json!([])),
        ("eth_newPendingTransactionFilter", json!([true])),
    ]
    .map(|(method, params)| talk.ask(method, params))
    .into()
}

fn poll(talk: &mut Conversation, id: &Value) -> Result<Value, String> {
    let answer = talk.answer("eth_getFilterChanges", json!([id]));
    match answer.result {
        Ok(result) => Ok(result.parse().unwrap()),
        Err(error) => Err(error.message),
    }
}

fn not_found() -> Result<Value, String> {
    Err("filter not found".to_owned())
}

#[test]
fn ids_are_random_quantities_that_the_host_decides() {
    let mut talk = Conversation::new(json!({}));
    let mut ids = of_each_kind(&mut talk);
    ids.push(talk.ask("eth_subscribe", json!(["newHeads"])));
    ids.push(talk.ask("eth_subscribe", json!(["logs"])));
    let texts: BTreeSet<_> = ids.iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(texts.len(), 6);
    for id in &texts {
        let digits = id.strip_prefix("0x").unwrap();
        // The chance that 16 random bytes begin with 8 zeros is one in 2^64.
        assert!((17..=32).contains(&digits.len()), "{id}");
        assert!(!digits.starts_with('0'), "{id}");
        assert!(u128::from_str_radix(digits, 16).is_ok(), "{id}");
    }
    // Another node whose host gives the same bytes has the same ids.
    let mut again = Conversation::new(json!({}));
    assert_eq!(of_each_kind(&mut again)[..], ids[..4]);
}

#[test]
fn a_filter_ends_five_minutes_after_its_last_poll() {
    let mut talk = Conversation::new(json!({}));
    let started = talk.now;
    let ids = of_each_kind(&mut talk);
    // A poll prolongs its life, also where it finds nothing.
    for minutes in [5, 10, 15] {
        talk.now = started + minutes * MINUTE;
        for id in &ids {
            assert_eq!(poll(&mut talk, id), Ok(json!([])), "{minutes}");
        }
    }
    talk.now = started + 20 * MINUTE;
    assert_eq!(poll(&mut talk, &ids[0]), Ok(json!([])));
    talk.now = started + 20 * MINUTE + 1;
    assert_eq!(poll(&mut talk, &ids[0]), Ok(json!([])));
    for id in &ids[1..] {
        assert_eq!(poll(&mut talk, id), not_found());
        let error = talk.refused("eth_getFilterLogs", json!([id]));
        assert_eq!(error.message, "filter not found");
        assert_eq!(talk.ask("eth_uninstallFilter", json!([id])), false);
    }
}

#[test]
fn reading_all_logs_of_a_filter_does_not_prolong_its_life() {
    let mut talk = Conversation::new(json!({}));
    let logs = talk.ask("eth_newFilter", json!([{}]));
    talk.now += 5 * MINUTE;
    assert_eq!(talk.ask("eth_getFilterLogs", json!([logs])), json!([]));
    talk.now += 1;
    assert_eq!(poll(&mut talk, &logs), not_found());
}

#[test]
fn filters_end_with_a_reset_and_subscriptions_do_not() {
    let mut talk = Conversation::new(json!({}));
    let ids = of_each_kind(&mut talk);
    let heads = talk.ask("eth_subscribe", json!(["newHeads"]));
    talk.ask("anvil_reset", json!([]));
    for id in &ids {
        assert_eq!(poll(&mut talk, id), not_found());
    }
    talk.ask("evm_mine", json!([]));
    assert_eq!(talk.notified()[0]["subscription"], heads);
}

#[test]
fn an_id_of_another_kind_and_one_that_nobody_has_are_refused() {
    let mut talk = Conversation::new(json!({}));
    let blocks = talk.ask("eth_newBlockFilter", json!([]));
    let heads = talk.ask("eth_subscribe", json!(["newHeads"]));
    assert_eq!(poll(&mut talk, &heads), not_found());
    assert_eq!(talk.ask("eth_uninstallFilter", json!([heads])), false);
    assert_eq!(talk.ask("eth_unsubscribe", json!([blocks])), false);
    for id in ["0x0", "0x1", "0xffffffffffffffffffffffffffffffff"] {
        assert_eq!(poll(&mut talk, &json!(id)), not_found());
        assert_eq!(talk.ask("eth_uninstallFilter", json!([id])), false);
    }
    for id in [
        json!("0x100000000000000000000000000000000"),
        json!("soon"),
        json!({}),
    ] {
        let error = talk.refused("eth_getFilterChanges", json!([id]));
        assert_eq!(error.code, ErrorCode::InvalidParams);
        assert!(error.message.starts_with("filter"), "{error}");
    }
}

#[test]
fn a_thousand_filters_can_be_open_and_those_whose_time_is_over_do_not_count() {
    let mut talk = Conversation::new(json!({}));
    let ids: Vec<_> = (0..1_000)
        .map(|_| talk.ask("eth_newBlockFilter", json!([])))
        .collect();
    for method in [
        "eth_newBlockFilter",
        "eth_newFilter",
        "eth_newPendingTransactionFilter",
    ] {
        let params = match method {
            "eth_newFilter" => json!([{}]),
            _ => json!([]),
        };
        let error = talk.refused(method, params);
        assert_eq!(error.code.number(), -32_005);
        assert_eq!(error.message, "1000 filters are open: uninstall one");
    }
    assert_eq!(talk.ask("eth_uninstallFilter", json!([ids[0]])), true);
    talk.ask("eth_newBlockFilter", json!([]));
    talk.now += 5 * MINUTE + 1;
    for _ in 0..1_000 {
        talk.ask("eth_newBlockFilter", json!([]));
    }
}

#[test]
fn a_thousand_subscriptions_can_be_open() {
    let mut talk = Conversation::new(json!({}));
    let ids: Vec<_> = (0..1_000)
        .map(|_| talk.ask("eth_subscribe", json!(["newHeads"])))
        .collect();
    let error = talk.refused("eth_subscribe", json!(["newHeads"]));
    assert_eq!(error.code.number(), -32_005);
    assert_eq!(error.message, "1000 subscriptions are open: end one");
    talk.ask("evm_mine", json!([]));
    let received = talk.notified();
    let received: Vec<_> = received
        .iter()
        .map(|received| &received["subscription"])
        .collect();
    assert_eq!(received, ids.iter().collect::<Vec<_>>());
    assert_eq!(talk.ask("eth_unsubscribe", json!([ids[0]])), true);
    talk.ask("eth_subscribe", json!(["newHeads"]));
}

/// Each has the 1,000 addresses and 4,000 topics that one filter can have.
#[test]
fn addresses_and_topics_of_filters_are_bounded_together() {
    let mut talk = Conversation::new(json!({}));
    let topics: Vec<_> = (0..1_000).map(|topic| format!("0x{topic:064x}")).collect();
    let addresses: Vec<_> = (0..1_000).map(|one| format!("0x{one:040x}")).collect();
    let large = json!({ "address": addresses, "topics": [topics, topics, topics, topics] });
    for (method, params) in [
        ("eth_newFilter", json!([large])),
        ("eth_subscribe", json!(["logs", large])),
    ] {
        let mut open = 0;
        let error = loop {
            match talk.answer(method, params.clone()).result {
                Ok(_) => open += 1,
                Err(error) => break error,
            }
        };
        // 320 kB of JSON each, counted twice: 16 MiB hold 26 of them.
        assert_eq!(open, 26, "{method}");
        assert_eq!(error.code.number(), -32_005);
        assert_eq!(
            error.message,
            "addresses and topics take more than 16777216 bytes"
        );
    }
}

#[test]
fn arrivals_are_kept_once_for_all_filters_and_the_oldest_are_dropped() {
    let mut talk = Conversation::new(json!({ "mining": "manual" }));
    let hashes = talk.ask("eth_newPendingTransactionFilter", json!([]));
    let whole = talk.ask("eth_newPendingTransactionFilter", json!([true]));
    // 90 of 50,000 bytes are more than 4 MiB.
    let data = format!("0x{}", "11".repeat(50_000));
    for _ in 0..90 {
        talk.ask(
            "eth_sendTransaction",
            json!([{ "from": ALICE, "to": ALICE, "gas": "0x30d400", "data": data }]),
        );
    }
    let late = talk.ask("eth_newPendingTransactionFilter", json!([]));
    let found = poll(&mut talk, &hashes).unwrap();
    let found = found.as_array().unwrap();
    // 83 of 50,120 bytes or so are 4 MiB: the newest.
    assert_eq!(found.len(), 83);
    let saved = talk.node.save();
    talk.node = Node::restore(&saved).unwrap();
    let same = poll(&mut talk, &whole).unwrap();
    let same: Vec<_> = same.as_array().unwrap().iter().collect();
    assert_eq!(same.len(), 83);
    assert_eq!(same[0]["hash"], found[0]);
    assert_eq!(same[82]["nonce"], "0x59");
    assert_eq!(poll(&mut talk, &late), Ok(json!([])));
    // Nothing is kept once each filter has given it.
    assert!(talk.node.save().len() + 4_000_000 < saved.len());
}

/// A host repeats one poll of many that found nothing.
#[test]
fn a_poll_that_is_repeated_is_never_too_late() {
    let mut talk = Conversation::new(json!({}));
    let id = talk.ask("eth_newBlockFilter", json!([]));
    let engine = Engine::new(1).unwrap();
    let host = Host {
        engine: &engine,
        now: talk.now + 6 * MINUTE,
        entropy: [7; 16],
        clock: None,
        memory: None,
        cancel: None,
    };
    let method = "eth_getFilterChanges";
    let params = [id];
    assert!(!talk.node.request(&host, method, &params).changed);
    assert!(talk.node.repeat(&host, method, &params).changed);
    assert!(talk.node.request(&host, method, &params).changed);
    assert!(!talk.node.repeat(&host, method, &[json!("0x1")]).changed);
}

/// 1,000 subscriptions share 32 MiB of notifications a request, so that each has room for some 33 kB.
#[test]
fn notifications_of_one_request_are_bounded() {
    let mut talk = Conversation::new(json!({}));
    for _ in 0..1_000 {
        talk.ask("eth_subscribe", json!(["newHeads"]));
    }
    talk.ask("anvil_mine", json!([100]));
    let received = talk.node.take_notifications();
    let bytes: usize = received
        .iter()
        .map(|received| received.as_str().len())
        .sum();
    assert!((16 << 20..=32 << 20).contains(&bytes), "{bytes} bytes");
    assert!(received.len().is_multiple_of(1_000), "{}", received.len());
    // The next request begins anew.
    talk.ask("evm_mine", json!([]));
    assert_eq!(talk.node.take_notifications().len(), 1_000);
    // A single subscriber is notified of everything.
    let mut talk = Conversation::new(json!({}));
    talk.ask("eth_subscribe", json!(["newHeads"]));
    talk.ask("anvil_mine", json!([1_000]));
    assert_eq!(talk.node.take_notifications().len(), 1_000);
}
