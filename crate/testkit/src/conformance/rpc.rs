//! Suite `rpc`: JSON-RPC requests to the chain of execution-apis, and their responses.
//!
//! Each file gets a copy of the chain in [`SharedFiles`], on which no block is mined. A response must equal the expected one,
//! except for error messages. In a file with `speconly` only the kind of the response and its schema count.

mod dialogue;
#[cfg(feature = "schemas")]
mod schema;
mod shared_files;

pub use shared_files::{SharedFiles, pack};

use super::{
    CaseOutcome, Setup, Verdict,
    difference::{compare, in_words},
    fixture,
};
use alloy_genesis::Genesis;
use alloy_primitives::{B256, Bytes, keccak256};
use dialogue::Dialogue;
use parevm::Engine;
use parevm_node::{
    Node,
    node::{Host, Mining, NodeOptions},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// File packed with the shared files.
#[derive(Deserialize)]
struct Packed<'a> {
    #[serde(borrow)]
    #[serde(rename = "beside")]
    shared_files: &'a RawValue,
    text: String,
    /// Responses of another server to the requests of the file, in their order.
    responses: Option<Vec<Value>>,
}

/// Node and schemas that all files share.
struct Shared {
    node: Node,
    #[cfg(feature = "schemas")]
    schemas: schema::Schemas,
}

/// Result that only a schema restricts.
#[derive(Serialize)]
struct SchemaResult {
    method: String,
    result: Value,
}

/// Last node and schemas, by the hash of the shared files.
static SHARED: Mutex<Option<(B256, Arc<Shared>)>> = Mutex::new(None);

/// Runs the one case of a file; its name is the file's.
pub(super) fn run(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
    let check = || check(text, setup.engine).unwrap_or_else(CaseOutcome::Failed);
    setup.case(file, report, check);
}

fn check(text: &[u8], engine: &Engine) -> Result<CaseOutcome, String> {
    let packed: Packed<'_> =
        serde_json::from_slice(text).map_err(|error| format!("no packed file: {error}"))?;
    let shared = Shared::of(packed.shared_files, engine)?;
    let dialogue = Dialogue::read(&packed.text)?;
    let mut node = shared.node.clone();
    let mut schema_results = Vec::new();
    for (index, exchange) in dialogue.exchanges.iter().enumerate() {
        let found = match &packed.responses {
            None => answer(&mut node, engine, &exchange.request),
            Some(responses) => responses.get(index).map_or(Value::Null, outcome),
        };
        let expected = outcome(&exchange.response);
        check_kind(&expected, &found)?;
        if !dialogue.binds_schema_only {
            compare("answer", &expected, &found)?;
        } else if let Some(error) = expected.get("error") {
            compare("error.code", &error["code"], &found["error"]["code"])?;
        } else {
            let method = exchange.request["method"].as_str().unwrap_or_default();
            schema_results.push(SchemaResult {
                method: method.to_owned(),
                result: found["result"].clone(),
            });
        }
    }
    shared.validate(&schema_results)
}

/// Checks that both are results, or both are errors.
fn check_kind(expected: &Value, found: &Value) -> Result<(), String> {
    match (expected.get("error"), found.get("error")) {
        (None, Some(error)) => Err(format!("expected a result, found the error {error}")),
        (Some(error), None) => Err(format!("expected the error {error}, found a result")),
        _ => Ok(()),
    }
}

/// Returns the response of the node, as [`outcome`] does.
fn answer(node: &mut Node, engine: &Engine, request: &Value) -> Value {
    let host = Host {
        engine,
        now: node.chain().head().block.header.timestamp * 1_000,
        entropy: [7; 16],
        clock: None,
        memory: None,
        cancel: None,
    };
    let method = request["method"].as_str().unwrap_or_default();
    let params = request["params"].as_array().map_or(&[][..], Vec::as_slice);
    match node.request(&host, method, params).result {
        Ok(result) => {
            let parsed = result.parse::<Value>();
            json!({ "result": parsed.unwrap_or_else(|error| error.to_string().into()) })
        }
        Err(error) => {
            let mut object = json!({ "code": error.code.number() });
            if let Some(data) = error.data {
                object["data"] = data;
            }
            json!({ "error": object })
        }
    }
}

/// Returns the result or the error of a response, without the error message.
fn outcome(response: &Value) -> Value {
    match response.get("error") {
        None => json!({ "result": response.get("result") }),
        Some(error) => {
            let mut error = error.clone();
            if let Some(fields) = error.as_object_mut() {
                fields.remove("message");
            }
            json!({ "error": error })
        }
    }
}

impl Shared {
    /// Returns the node and schemas of the shared files; creates them once.
    fn of(shared_files: &RawValue, engine: &Engine) -> Result<Arc<Self>, String> {
        let key = keccak256(shared_files.get());
        let mut last = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, shared)) = &*last
            && *known == key
        {
            return Ok(Arc::clone(shared));
        }
        let shared = Arc::new(Self::new(fixture::decode(shared_files)?, engine)?);
        *last = Some((key, Arc::clone(&shared)));
        Ok(shared)
    }

    /// Validates the results with the schemas of their methods, if this build has schemas.
    #[cfg_attr(
        not(feature = "schemas"),
        allow(clippy::unused_self, reason = "no schemas in this build")
    )]
    fn validate(&self, results: &[SchemaResult]) -> Result<CaseOutcome, String> {
        #[cfg(feature = "schemas")]
        for SchemaResult { method, result } in results {
            self.schemas.check(method, result)?;
        }
        match results {
            #[cfg(not(feature = "schemas"))]
            [_, ..] => Ok(CaseOutcome::Open(json!(results))),
            _ => Ok(CaseOutcome::Passed),
        }
    }

    fn new(files: BTreeMap<String, String>, engine: &Engine) -> Result<Self, String> {
        let file = |name| {
            let found = files.get(name);
            found.ok_or_else(|| format!("the shared files lack {name}"))
        };
        let wrong =
            |name: &str, error: &dyn std::error::Error| format!("{name}: {}", in_words(error));
        let genesis: Genesis = serde_json::from_str(file("genesis.json")?)
            .map_err(|error| wrong("genesis.json", &error))?;
        let options = NodeOptions {
            genesis: Some(genesis),
            mining: Mining::Manual,
            ..NodeOptions::default()
        };
        let mut node = Node::new(options).map_err(|error| wrong("genesis.json", &error))?;
        let blocks: Bytes = file("chain.rlp")?
            .parse()
            .map_err(|error| wrong("chain.rlp", &error))?;
        let host = Host {
            engine,
            now: 0,
            entropy: [7; 16],
            clock: None,
            memory: None,
            cancel: None,
        };
        node.import(&host, &blocks)
            .map_err(|error| wrong("chain.rlp", &error))?;
        Ok(Self {
            node,
            #[cfg(feature = "schemas")]
            schemas: schema::Schemas::new(&files)?,
        })
    }
}
