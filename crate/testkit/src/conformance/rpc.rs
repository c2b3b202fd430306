//! The suite `rpc`: requests of JSON-RPC to the chain of execution-apis, and the answers.
//!
//! Each file has a chain of its own: the one that lies beside the files, on which nothing is mined. An
//! answer must be the expected one but for the words of an error. A file that says `speconly` binds only
//! the kind of the answer and its schema.

mod beside;
mod dialogue;
#[cfg(feature = "schemas")]
mod schema;

pub use beside::{Beside, pack};

use super::{
    Outcome, Setup, Verdict,
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

/// A file with what lies beside it.
#[derive(Deserialize)]
struct Packed<'a> {
    #[serde(borrow)]
    beside: &'a RawValue,
    text: String,
    /// What another server answered to the requests of the file, in their order.
    responses: Option<Vec<Value>>,
}

/// What all files of a folder share.
struct World {
    node: Node,
    #[cfg(feature = "schemas")]
    schemas: schema::Schemas,
}

/// A result of which only the kind is bound.
#[derive(Serialize)]
struct Bound {
    method: String,
    result: Value,
}

/// The newest world, under the hash of what it was made of.
static WORLD: Mutex<Option<(B256, Arc<World>)>> = Mutex::new(None);

/// Runs the one case of a file; its name is the file's.
pub(super) fn run(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
    let check = || check(text, setup.engine).unwrap_or_else(Outcome::Failed);
    setup.case(file, report, check);
}

fn check(text: &[u8], engine: &Engine) -> Result<Outcome, String> {
    let packed: Packed<'_> =
        serde_json::from_slice(text).map_err(|error| format!("no packed file: {error}"))?;
    let world = World::of(packed.beside, engine)?;
    let dialogue = Dialogue::read(&packed.text)?;
    let mut node = world.node.clone();
    let mut open = Vec::new();
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
            open.push(Bound {
                method: method.to_owned(),
                result: found["result"].clone(),
            });
        }
    }
    world.judge(&open)
}

/// Whether both are results, or both are errors.
fn check_kind(expected: &Value, found: &Value) -> Result<(), String> {
    match (expected.get("error"), found.get("error")) {
        (None, Some(error)) => Err(format!("expected a result, found the error {error}")),
        (Some(error), None) => Err(format!("expected the error {error}, found a result")),
        _ => Ok(()),
    }
}

/// What the node answers, as [`outcome`] has it.
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

/// The result or the error of a response, without the words of the latter.
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

impl World {
    /// The world of what lies beside a file, made once for all files in turn.
    fn of(beside: &RawValue, engine: &Engine) -> Result<Arc<Self>, String> {
        let key = keccak256(beside.get());
        let mut newest = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, world)) = &*newest
            && *known == key
        {
            return Ok(Arc::clone(world));
        }
        let world = Arc::new(Self::new(fixture::decode(beside)?, engine)?);
        *newest = Some((key, Arc::clone(&world)));
        Ok(world)
    }

    /// Whether the results are what their methods may return, as far as this build can tell.
    #[cfg_attr(
        not(feature = "schemas"),
        allow(clippy::unused_self, reason = "it has no schemas")
    )]
    fn judge(&self, open: &[Bound]) -> Result<Outcome, String> {
        #[cfg(feature = "schemas")]
        for Bound { method, result } in open {
            self.schemas.check(method, result)?;
        }
        match open {
            #[cfg(not(feature = "schemas"))]
            [_, ..] => Ok(Outcome::Open(json!(open))),
            _ => Ok(Outcome::Passed),
        }
    }

    fn new(files: BTreeMap<String, String>, engine: &Engine) -> Result<Self, String> {
        let file = |name| {
            let found = files.get(name);
            found.ok_or_else(|| format!("{name} does not lie beside the file"))
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
