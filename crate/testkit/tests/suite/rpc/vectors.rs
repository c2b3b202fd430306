//! Every method of JSON-RPC on the vectors of execution-apis, and vectors that are made wrong.

use crate::execution_apis;
use parevm::Engine;
use parevm_node::rpc;
use parevm_testkit::conformance::{
    CaseOutcome, Setup, Suite,
    rpc::{SharedFiles, pack},
};
use serde_json::{Value, json, value::RawValue};

fn beside() -> Box<RawValue> {
    let mut beside = SharedFiles::default();
    for (name, bytes) in execution_apis::files() {
        if SharedFiles::has(name) {
            beside.add(name, bytes);
        }
    }
    beside.joined()
}

fn run(packed: &[u8]) -> CaseOutcome {
    let engine = Engine::new(1).unwrap();
    let setup = Setup {
        engine: &engine,
        executors: &[],
        only: None,
        trace: None,
        now: || 0.0,
    };
    let mut outcomes = Vec::new();
    Suite::Rpc.run("file.io", packed, &setup, &mut |verdict| {
        outcomes.push(verdict.outcome);
    });
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0)
}

#[test]
fn every_method_answers_as_the_vectors_of_execution_apis() {
    let beside = beside();
    let mut passed = 0;
    let mut wrong = Vec::new();
    for method in rpc::methods() {
        let folder = format!("{}/", method.name);
        let files = execution_apis::files().iter();
        for (name, text) in files.filter(|(name, _)| name.starts_with(&folder)) {
            match run(&pack(&beside, text)) {
                CaseOutcome::Passed => passed += 1,
                other => wrong.push(format!("{name}: {other:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(passed, 209);
}

/// Why a file of these lines fails, with what a server is said to have answered.
fn failure(text: &str, responses: Option<Value>) -> Option<String> {
    let packed = pack(&beside(), text.as_bytes());
    let mut packed: Value = serde_json::from_slice(&packed).unwrap();
    packed["responses"] = json!(responses);
    match run(packed.to_string().as_bytes()) {
        CaseOutcome::Passed => None,
        CaseOutcome::Failed(reason) => Some(reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_answer_fails_and_the_words_of_an_error_do_not_matter() {
    let asks = r#">> {"id":1,"method":"eth_chainId"}"#;
    let unknown = r#">> {"id":1,"method":"eth_moonPhase"}"#;
    let cases = [
        (
            format!("{asks}\n<< {{\"result\":\"0xc72dd9d5e883e\"}}"),
            None,
        ),
        (
            format!("{asks}\n<< {{\"result\":\"0x1\"}}"),
            Some("answer.result: expected \"0x1\""),
        ),
        (
            format!("{asks}\n<< {{\"error\":{{\"code\":3}}}}"),
            Some("found a result"),
        ),
        (format!("{unknown}\n<< {{\"result\":null}}"), Some("-32601")),
        (
            format!("{unknown}\n<< {{\"error\":{{\"code\":3}}}}"),
            Some("answer.error.code"),
        ),
        (
            format!("{unknown}\n<< {{\"error\":{{\"code\":-32601,\"message\":\"?\"}}}}"),
            None,
        ),
        (asks.to_owned(), Some("no response")),
        ("<< {}".to_owned(), Some("line 1")),
        (format!("{asks}\n<< {{"), Some("line 2")),
    ];
    for (text, words) in cases {
        let reason = failure(&text, None);
        match words {
            None => assert_eq!(reason, None, "{text}"),
            Some(words) => assert!(
                reason.as_ref().is_some_and(|reason| reason.contains(words)),
                "{text}: {reason:?}"
            ),
        }
    }
}

#[test]
fn a_file_that_binds_the_schema_only_takes_any_answer_that_fits() {
    let text = "// speconly: only the schema\n>> {\"id\":1,\"method\":\"eth_estimateGas\",\"params\":[]}\n<< {\"result\":\"0x5208\"}";
    let failure = |response: Value| failure(text, Some(json!([response])));
    assert_eq!(failure(json!({ "result": "0x7" })), None);
    let reason = failure(json!({ "result": "7" })).unwrap();
    assert!(reason.starts_with("result"), "{reason}");
    let reason = failure(json!({ "error": { "code": 3, "message": "no" } })).unwrap();
    assert!(reason.contains("expected a result"), "{reason}");
}
