//! Errors show no more than 200 characters of what a caller has sent.

use alloy_primitives::hex;
use parevm_node::rpc::{brief, methods};
use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

/// Longest run of one character that is in the huge values below, which no text of ours has.
const MARK: char = 'Z';

/// A message is at most 200 characters and an ellipsis.
fn check(what: &str, message: &str) {
    let count = message.chars().count();
    assert!(count <= 201, "{what}: {count} characters");
    assert_eq!(count == 201, message.ends_with('…'), "{what}: {message}");
    let echoed = message.chars().filter(|one| *one == MARK).count();
    assert!(echoed <= 200, "{what}: {echoed} characters of the request");
}

#[test]
fn a_text_is_cut_after_200_characters_and_not_within_one() {
    let short = "\u{1f600}".repeat(200);
    assert_eq!(brief(short.clone()), short);
    assert_eq!(brief(format!("{short}x")), format!("{short}…"));
    assert_eq!(brief(String::new()), "");
}

#[test]
fn no_method_echoes_a_huge_value() {
    let mut talk = Conversation::new(json!({}));
    let huge = MARK.to_string().repeat(100_000);
    let digits = format!("0x{huge}");
    let values = [
        json!(huge),
        json!(digits),
        json!({ &huge: 1 }),
        json!([huge]),
        json!({ "to": huge, "from": huge, "address": huge, "fromBlock": huge, "tracer": huge }),
        json!({ "blockNumber": huge, "forking": huge, "timestamp": huge, "calls": [{ &huge: 1 }] }),
        json!({ "tracer": huge }),
        json!({ "types": { &huge: [{ "name": huge, "type": huge }] }, "primaryType": huge,
            "domain": { &huge: huge }, "message": { &huge: huge } }),
    ];
    // With values that pass, so that the next one is read.
    let before: [&[Value]; 4] = [
        &[],
        &[json!("0x00000000000000000000000000000000000000c0")],
        &[json!({})],
        &[json!({}), json!("latest")],
    ];
    let mut refused = 0;
    for method in methods() {
        for value in &values {
            for before in before {
                let params: Vec<_> = before.iter().chain([value]).cloned().collect();
                let node = talk.node.clone();
                if let Err(error) = talk.answer(method.name, json!(params)).result {
                    check(method.name, &error.message);
                    refused += 1;
                }
                talk.node = node;
            }
        }
    }
    assert!(refused > 2_000, "{refused} were refused");
}

#[test]
fn an_unknown_method_is_not_echoed_whole() {
    let mut talk = Conversation::new(json!({}));
    let name = MARK.to_string().repeat(1_000_000);
    let error = talk.refused(&name, json!([]));
    assert_eq!(error.code.number(), -32_601);
    check("unknown method", &error.message);
    assert!(error.message.starts_with("the method ZZZ"));
}

/// The data stays whole: it is what clients decode.
#[test]
fn the_reason_of_a_revert_is_cut_and_its_data_is_not() {
    let mut talk = Conversation::new(json!({}));
    let contract = "0x00000000000000000000000000000000000000cc";
    // Reverts with its input.
    let code = "0x365f5f37365ffd";
    talk.ask("anvil_setCode", json!([contract, code]));
    let reason = hex::encode(MARK.to_string().repeat(4_096));
    let data = format!("0x08c379a0{:064x}{:064x}{reason}", 32, 4_096);
    let call = json!([{ "to": contract, "data": data }]);
    for method in ["eth_call", "eth_estimateGas"] {
        let error = talk.refused(method, call.clone());
        check(method, &error.message);
        assert!(error.message.starts_with("execution reverted: ZZZ"));
        assert_eq!(error.data, Some(json!(data)));
    }
    let blocks = json!([{ "blockStateCalls": [{ "calls": call }] }, "latest"]);
    let error = talk.ask("eth_simulateV1", blocks)[0]["calls"][0]["error"].clone();
    check("eth_simulateV1", error["message"].as_str().unwrap());
    assert_eq!(error["data"], data);
}
