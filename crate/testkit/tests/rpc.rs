//! The request and response vectors of execution-apis, on the chain that lies beside them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use alloy_genesis::Genesis;
use parevm::{
    Chain, Engine, ExecuteOptions,
    rpc::{self, ErrorCode},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/execution-apis")
}

fn chain() -> Chain {
    let text = fs::read(folder().join("genesis.json")).unwrap();
    let genesis: Genesis = serde_json::from_slice(&text).unwrap();
    let mut chain = Chain::from_genesis(&genesis).unwrap();
    let bytes = fs::read(folder().join("chain.rlp")).unwrap();
    let engine = Engine::new(2).unwrap();
    let options = ExecuteOptions::default();
    chain.import_all(&engine, &bytes, &options).unwrap();
    chain
}

/// The answer as it goes over the wire, without the words of an error.
fn answer(chain: &Chain, request: &Value) -> Value {
    let no_params = Vec::new();
    let params = request["params"].as_array().unwrap_or(&no_params);
    match rpc::call(chain, request["method"].as_str().unwrap(), params) {
        Ok(result) => json!({ "result": result }),
        Err(error) => {
            let mut object = json!({ "code": error.code.number() });
            if let Some(data) = error.data {
                object["data"] = data;
            }
            json!({ "error": object })
        }
    }
}

fn expected(mut response: Value) -> Value {
    if let Some(error) = response.get_mut("error").and_then(Value::as_object_mut) {
        error.remove("message");
        return json!({ "error": error });
    }
    json!({ "result": response["result"] })
}

/// Fields that differ only in how they are written down.
fn first_difference(expected: &Value, found: &Value, at: &str) -> Option<String> {
    match (expected, found) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys());
            let null = Value::Null;
            keys.map(|key| {
                if one.contains_key(key) != other.contains_key(key) {
                    return Some(format!("{at}.{key}: only on one side"));
                }
                let (one, other) = (one.get(key), other.get(key));
                let path = format!("{at}.{key}");
                first_difference(one.unwrap_or(&null), other.unwrap_or(&null), &path)
            })
            .find_map(|found| found)
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs
                .map(|(index, (one, other))| {
                    first_difference(one, other, &format!("{at}[{index}]"))
                })
                .find_map(|found| found)
        }
        _ => (expected != found).then(|| format!("{at}: expected {expected}, found {found}")),
    }
}

#[test]
fn every_method_answers_as_the_vectors_of_execution_apis() {
    let chain = chain();
    let mut counts = BTreeMap::new();
    let mut differences = Vec::new();
    for method in rpc::methods().filter(|method| folder().join(method).exists()) {
        let mut files: Vec<_> = fs::read_dir(folder().join(method))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let mut request = Value::Null;
            for line in text.lines() {
                if let Some(text) = line.strip_prefix(">> ") {
                    request = serde_json::from_str(text).unwrap();
                } else if let Some(text) = line.strip_prefix("<< ") {
                    let expected = expected(serde_json::from_str(text).unwrap());
                    let found = answer(&chain, &request);
                    *counts.entry(method).or_insert(0) += 1;
                    if let Some(difference) = first_difference(&expected, &found, "") {
                        differences.push(format!("{}: {difference}", file.display()));
                    }
                }
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert_eq!(counts.len(), 33, "{counts:?}");
    assert_eq!(counts.values().sum::<usize>(), 196, "{counts:?}");
}

#[test]
fn what_cannot_be_answered_is_named() {
    let chain = chain();
    let code = |name: &str, params: Value| {
        let error = rpc::call(&chain, name, params.as_array().unwrap()).unwrap_err();
        (error.code, error.message)
    };
    let (unknown, message) = code("eth_moonPhase", json!([]));
    assert_eq!(unknown, ErrorCode::MethodNotFound);
    assert!(message.contains("eth_moonPhase"));
    let (missing, message) = code("eth_getBalance", json!([]));
    assert_eq!(missing, ErrorCode::InvalidParams);
    assert_eq!(message, "address: missing");
    let nobody = "0x0000000000000000000000000000000000000001";
    let (future, _) = code("eth_getBalance", json!([nobody, "0x37"]));
    assert_eq!(future, ErrorCode::ResourceNotFound);
    let (wrong, message) = code("eth_getBalance", json!([nobody, "soon"]));
    assert_eq!(wrong, ErrorCode::InvalidParams);
    assert!(message.starts_with("block: "), "{message}");
    let (wrong, message) = code("eth_getProof", json!([nobody, 7]));
    assert_eq!(wrong, ErrorCode::InvalidParams);
    assert!(message.starts_with("storage keys: "), "{message}");
}

#[test]
fn a_call_is_traced_on_changed_state() {
    let chain = chain();
    let [sender, callee] = [
        "0x00000000000000000000000000000000000000aa",
        "0x00000000000000000000000000000000000000bb",
    ];
    let call = json!({ "from": sender, "to": callee, "value": "0x5", "gas": "0xc350" });
    let mut options = json!({
        "tracer": "callTracer",
        "stateOverrides": {
            sender: { "balance": "0x5" },
            // Returns the number of the block.
            callee: { "code": "0x4360005260206000f3" },
        },
        "blockOverrides": { "number": "0x1234" },
    });
    let frame = rpc::call(
        &chain,
        "debug_traceCall",
        &[call.clone(), json!("latest"), options.clone()],
    )
    .unwrap();
    assert_eq!(frame["type"], "CALL");
    assert_eq!(frame["value"], "0x5");
    assert_eq!(frame["output"], format!("0x{:064x}", 0x1234));
    // 21,000, NUMBER 2, PUSH1 3 three times, MSTORE 3 and 3 for memory.
    assert_eq!(
        frame["gasUsed"],
        format!("{:#x}", 21_000 + 2 + 3 * 3 + 3 + 3)
    );

    options["tracer"] = json!("moonTracer");
    let error = rpc::call(&chain, "debug_traceCall", &[call, json!("latest"), options]);
    let error = error.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidParams);
    assert!(error.message.contains("moonTracer"), "{error}");
}
