//! Calls as execution-apis records them, on the chain that comes with them.
//!
//! https://github.com/ethereum/execution-apis/tree/main/tests

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use alloy_primitives::hex;
use parevm::{
    Block, Engine, ExecuteOptions,
    chain::Chain,
    simulate::{CallError, CallLimits, CallRequest, Overrides, Simulation},
};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/execution-apis")
}

/// Requests and responses of one method, each with its file.
fn vectors(method: &str) -> Vec<(String, Value, Value)> {
    let mut vectors = Vec::new();
    for file in fs::read_dir(folder().join(method)).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let lines = |mark: &str| -> Vec<Value> {
            let lines = text.lines().filter_map(|line| line.strip_prefix(mark));
            lines
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        for (request, response) in lines(">> ").into_iter().zip(lines("<< ")) {
            vectors.push((path.display().to_string(), request, response));
        }
    }
    assert!(!vectors.is_empty(), "{method}");
    vectors
}

#[test]
fn calls_answer_as_recorded() {
    let engine = Engine::new(1).unwrap();
    let genesis = fs::read(folder().join("genesis.json")).unwrap();
    let mut chain = Chain::from_genesis(&serde_json::from_slice(&genesis).unwrap()).unwrap();
    let blocks = fs::read(folder().join("chain.rlp")).unwrap();
    chain
        .import_all(&engine, &blocks, &ExecuteOptions::default())
        .unwrap();
    let head = chain.head();
    let block = Block::from_alloy(
        head.block.clone(),
        chain.chain_id(),
        chain.schedule().clone(),
    )
    .unwrap();
    let state = chain.state_after(head);
    let overrides = Overrides::default();
    let simulation = Simulation::new(&block, &state, &overrides, CallLimits::default()).unwrap();
    type Answer<'a> = &'a dyn Fn(&CallRequest) -> Result<Value, CallError>;
    let methods: [(&str, Answer<'_>); 3] = [
        ("eth_call", &|request| {
            Ok(json!(hex::encode_prefixed(simulation.call(request)?)))
        }),
        ("eth_estimateGas", &|request| {
            Ok(json!(format!("{:#x}", simulation.estimate_gas(request)?)))
        }),
        ("eth_createAccessList", &|request| {
            Ok(serde_json::to_value(simulation.create_access_list(request)?).unwrap())
        }),
    ];
    let mut wrong = Vec::new();
    for (method, answer) in methods {
        for (file, request, response) in vectors(method) {
            let request = serde_json::from_value(request["params"][0].clone()).unwrap();
            let found = match answer(&request) {
                Ok(result) => json!({ "result": result }),
                Err(error) => {
                    let mut object = json!({ "code": error.code() });
                    if let Some(data) = error.data() {
                        object["data"] = json!(data);
                    }
                    json!({ "error": object })
                }
            };
            let mut expected = response;
            let fields = expected.as_object_mut().unwrap();
            fields.retain(|field, _| field == "result" || field == "error");
            if let Some(error) = fields.get_mut("error").and_then(Value::as_object_mut) {
                error.remove("message");
            }
            if found != expected {
                wrong.push(format!("{file}: expected {expected}, found {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
