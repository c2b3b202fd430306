//! The node in memory that one worker owns, and what it answers.

use alloy_primitives::hex;
use parevm_node::Node;
use parevm_node::node::{Answer, Host, Memory, NodeOptions, RestoreError};
use parevm_node::rpc::{Json, RpcError, parse_exact};
use serde::Serialize;
use serde_json::Value;
use std::sync::atomic::AtomicBool;
use wasm_bindgen::prelude::*;

use crate::cancel::CANCEL;
use crate::engine::Engine;
use crate::error::WireError;
use crate::{allocator, clock, encode, wire};

#[wasm_bindgen]
impl Engine {
    /// Opens a node with `options`, the JSON of a `NodeOptions`, in place of the one before.
    ///
    /// # Errors
    ///
    /// A `WireError` that names the field: the options are wrong.
    #[wasm_bindgen(js_name = openNode)]
    pub fn open_node(&self, options: &str) -> Result<(), JsValue> {
        let node = Node::new(read_options(options)?)
            .map_err(|error| WireError::chain("genesis", &error))?;
        self.node.replace(Some(node));
        self.publish();
        Ok(())
    }

    /// Imports blocks in RLP, as a `chain.rlp` file has them; returns their number.
    ///
    /// # Errors
    ///
    /// A `WireError`: a block is not valid, and the node is as it was.
    #[wasm_bindgen(js_name = importChain)]
    pub fn import_chain(&self, rlp: &[u8], now_ms: f64) -> Result<usize, JsValue> {
        let in_use = allocator::in_use_from_now();
        let count = self
            .with_node(self.host(now_ms, [0; 16], &in_use), |node, host| {
                node.import(host, rlp)
            })?
            .map_err(|error| WireError::chain("importChain", &error))?;
        self.publish();
        Ok(count)
    }

    /// Answers a request of JSON-RPC with a `NodeAnswer` of `js/src/type/wire.ts`. `params` is JSON;
    /// `now_ms` the time in milliseconds since the Unix epoch, from which blocks have theirs; `entropy` 32 random
    /// hex digits, from which filters and subscriptions have their ids.
    ///
    /// # Errors
    ///
    /// A `WireError`: no node is open.
    pub fn request(
        &self,
        method: &str,
        params: &str,
        now_ms: f64,
        entropy: &str,
    ) -> Result<JsValue, JsValue> {
        let in_use = allocator::in_use_from_now();
        let host = self.host(now_ms, read_entropy(entropy)?, &in_use);
        let answer = self.with_node(host, |node, host| {
            let answer = match node.read_params(host, params) {
                Ok(params) => node.request(host, method, &params),
                Err(error) => refused(error),
            };
            let notifications = node.take_notifications();
            wire_answer(answer, node, notifications)
        })?;
        if answer.changed {
            self.publish();
        }
        Ok(encode::to_js(&answer)?)
    }

    /// The node that is open, as bytes for [`Self::restore_node`].
    ///
    /// # Errors
    ///
    /// A `WireError`: no node is open.
    #[wasm_bindgen(js_name = saveNode)]
    pub fn save_node(&self) -> Result<Vec<u8>, JsValue> {
        let in_use = allocator::in_use_from_now();
        Ok(self.with_node(self.host(0.0, [0; 16], &in_use), |node, _| node.save())?)
    }

    /// Opens the node that was saved as `bytes`, which the caller gave, in place of the one before. Of
    /// `options` only the limits are its own: it has the others that it was opened with.
    ///
    /// # Errors
    ///
    /// A `WireError` with the field `saved`: these are not the bytes of such a node.
    #[wasm_bindgen(js_name = openSaved)]
    pub fn open_saved(&self, options: &str, bytes: &[u8]) -> Result<(), JsValue> {
        self.restore(options, bytes, |error| WireError::chain("saved", &error))
    }

    /// The same of bytes that this package has kept itself.
    ///
    /// # Errors
    ///
    /// A `WireError` that says so: these are not the bytes of such a node.
    #[wasm_bindgen(js_name = restoreNode)]
    pub fn restore_node(&self, options: &str, bytes: &[u8]) -> Result<(), JsValue> {
        self.restore(options, bytes, |error| {
            WireError::bug(format!("the node cannot be restored: {error}"))
        })
    }

    /// Makes a change again that another node has seen. It takes the time that it takes: what was in time
    /// once must not be lost because this is a slower moment. Nobody is told.
    ///
    /// # Errors
    ///
    /// A `WireError`: the node is not changed by it.
    pub fn repeat(
        &self,
        method: &str,
        params: &str,
        now_ms: f64,
        entropy: &str,
    ) -> Result<(), JsValue> {
        let lost =
            |reason: String| WireError::bug(format!("{method} cannot be repeated: {reason}"));
        let in_use = allocator::in_use_from_now();
        let host = Host {
            clock: None,
            memory: None,
            cancel: None,
            ..self.host(now_ms, read_entropy(entropy)?, &in_use)
        };
        self.with_node(host, |node, host| {
            let params = node.read_params(host, params);
            let params = params.map_err(|error| lost(error.to_string()))?;
            let Answer { result, changed } = node.repeat(host, method, &params);
            node.take_notifications();
            match result {
                _ if changed => Ok(()),
                Ok(_) => Err(lost("nothing changed".to_owned())),
                Err(error) => Err(lost(error.to_string())),
            }
        })??;
        self.publish();
        Ok(())
    }
}

impl Engine {
    fn restore(
        &self,
        options: &str,
        bytes: &[u8],
        wrong: impl FnOnce(RestoreError) -> WireError,
    ) -> Result<(), JsValue> {
        let options = read_options(options)?;
        let node = Node::restore(bytes).map_err(wrong)?;
        self.node.replace(Some(node.with_limits(options.limits)));
        self.publish();
        Ok(())
    }

    /// Shows the node as it is now to the readers, where there are some.
    fn publish(&self) {
        #[cfg(feature = "threads")]
        if self.readers.get() > 0
            && let Some(node) = &*self.node.borrow()
        {
            crate::reader::publish(node);
        }
    }

    /// What this worker lends a request of the time `now_ms`. `in_use` measures what it takes.
    fn host<'a>(
        &'a self,
        now_ms: f64,
        entropy: [u8; 16],
        in_use: &'a (dyn Fn() -> usize + Sync),
    ) -> Host<'a> {
        Host {
            entropy,
            ..host(&self.core, &CANCEL, now_ms, in_use, self.readers.get())
        }
    }

    fn with_node<T>(
        &self,
        host: Host<'_>,
        run: impl FnOnce(&mut Node, &Host<'_>) -> T,
    ) -> Result<T, WireError> {
        let mut node = self.node.borrow_mut();
        let node = node
            .as_mut()
            .ok_or_else(|| WireError::bug("no node is open".to_owned()))?;
        Ok(run(node, &host))
    }
}

/// Parts in which the memory that is left is given to requests that run side by side. Not one for each reader:
/// that so many need theirs at the same time is rare, and costs no more than the engine.
const MOST_SHARES: usize = 3;

/// What a worker lends a request of the time `now_ms`, beside `readers` others. A quarter of the memory that
/// is left is kept for holes between blocks, and for answers.
pub(crate) fn host<'a>(
    engine: &'a parevm::Engine,
    cancel: &'a AtomicBool,
    now_ms: f64,
    in_use: &'a (dyn Fn() -> usize + Sync),
    readers: usize,
) -> Host<'a> {
    Host {
        engine,
        now: now_ms as u64,
        entropy: [0; 16],
        clock: Some(&clock::now_ns),
        memory: Some(Memory {
            in_use,
            free: allocator::free() / 4 * 3 / (1 + readers).min(MOST_SHARES),
        }),
        cancel: Some(cancel),
    }
}

/// An answer to a request that is wrong.
pub(crate) const fn refused(error: RpcError) -> Answer {
    Answer {
        result: Err(error),
        changed: false,
    }
}

/// Reads the JSON of a `NodeOptions`. Numbers of a genesis file keep their value.
fn read_options(text: &str) -> Result<NodeOptions, WireError> {
    // Straight from the text: a genesis may be large. An integer of more than 64 bits is an error then.
    if let Ok(options) = serde_json::from_str(text) {
        return Ok(options);
    }
    let options = parse_exact(text).and_then(serde_json::from_value);
    options.map_err(|error| WireError::chain("genesis", &error))
}

/// Reads the random digits of a request: ids that could be guessed are none.
fn read_entropy(digits: &str) -> Result<[u8; 16], WireError> {
    hex::decode_to_array(digits)
        .map_err(|_| WireError::bug("a request has no 32 random hex digits".to_owned()))
}

/// An error of JSON-RPC, as its specification spells it.
#[derive(Serialize)]
struct ErrorObject<'a> {
    code: i32,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

/// Returns `answer` of `node` as JavaScript reads it, with the `notifications` that it has caused.
pub(crate) fn wire_answer(
    answer: Answer,
    node: &Node,
    notifications: Vec<Json>,
) -> wire::NodeAnswer {
    let (result, error) = match answer.result {
        Ok(result) => (Some(result.into_string()), None),
        Err(error) => {
            let error = ErrorObject {
                code: error.code.number(),
                message: &error.message,
                data: error.data.as_ref(),
            };
            (None, serde_json::to_string(&error).ok())
        }
    };
    let interval = node.mining().interval;
    let interval = interval.map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX));
    wire::NodeAnswer {
        result,
        error,
        changed: answer.changed,
        interval,
        notifications: notifications.into_iter().map(Json::into_string).collect(),
    }
}
