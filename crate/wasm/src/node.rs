//! Node of a worker, and its responses.

use alloy_primitives::hex;
use parevm::json::decode;
use parevm_node::Node;
use parevm_node::node::{Host, HostMemory, NodeOptions};
use parevm_node::rpc::{Json, Response, RpcError, parse_exact};
use serde::Serialize;
use serde_json::Value;
use std::sync::atomic::AtomicBool;
use wasm_bindgen::prelude::*;

use crate::cancel::CANCEL;
use crate::engine::Engine;
use crate::error::WireError;
use crate::{clock, reply};

#[wasm_bindgen]
impl Engine {
    /// Opens a node with `options`, the JSON of a `NodeOptions`, which replaces the open node.
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

    /// Answers a request of JSON-RPC with a `NodeAnswer` of `js/src/type/wire.ts`. `params` is JSON;
    /// `now_ms` the time in milliseconds since the Unix epoch, the clock of blocks; `entropy` 32 random hex digits,
    /// the source of ids of filters and subscriptions.
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
        let in_use = parevm_allocator::in_use_from_now();
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
        Ok(reply::to_js(&answer)?)
    }
}

impl Engine {
    /// Publishes the node, if there are readers.
    pub(crate) fn publish(&self) {
        #[cfg(feature = "threads")]
        if self.readers.get() > 0
            && let Some(node) = &*self.node.borrow()
        {
            crate::published::publish(node);
        }
    }

    /// Returns the host of a request at the time `now_ms`. `in_use` measures its memory.
    pub(crate) fn host<'a>(
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

    pub(crate) fn with_node<T>(
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

/// Maximum number of shares of the free memory for concurrent requests. Fewer than readers: it is rare that all need
/// their share at the same time, and then only the engine is lost.
const MAX_SHARES: usize = 3;

/// Returns the host of a request at the time `now_ms` beside `readers` other workers. A quarter of the free memory is
/// reserved for fragmentation and for responses.
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
        memory: Some(HostMemory {
            in_use,
            free: parevm_allocator::free() / 4 * 3 / (1 + readers).min(MAX_SHARES),
        }),
        cancel: Some(cancel),
    }
}

/// Returns the response to an invalid request.
pub(crate) const fn refused(error: RpcError) -> Response {
    Response {
        result: Err(error),
        changed: false,
    }
}

/// Reads the JSON of a `NodeOptions`. Numbers of a genesis file keep their value.
pub(crate) fn read_options(text: &str) -> Result<NodeOptions, WireError> {
    let exact = parse_exact(text).map_err(|error| WireError::chain("genesis", &error))?;
    decode(&exact).map_err(|error| WireError::chain("genesis", &error))
}

/// Reads the random digits of a request.
pub(crate) fn read_entropy(digits: &str) -> Result<[u8; 16], WireError> {
    hex::decode_to_array(digits)
        .map_err(|_| WireError::bug("a request has no 32 random hex digits".to_owned()))
}

/// Answer of the node to a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct NodeAnswer {
    /// The result, in JSON; `null` where there is an error.
    pub result: Option<String>,
    /// Error object of JSON-RPC, in JSON; `null` where there is a result.
    pub error: Option<String>,
    /// True if the request changed the node.
    pub changed: bool,
    /// Seconds between blocks; `null` without interval mining.
    pub interval: Option<u32>,
    /// Notifications to subscribers: `params` of `eth_subscription`, in JSON.
    pub notifications: Vec<String>,
}

/// Error object of JSON-RPC 2.0.
#[derive(Serialize)]
struct ErrorObject<'a> {
    code: i32,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

/// Returns the wire form of a response of `node`, with the `notifications` of the request.
pub(crate) fn wire_answer(answer: Response, node: &Node, notifications: Vec<Json>) -> NodeAnswer {
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
    NodeAnswer {
        result,
        error,
        changed: answer.changed,
        interval,
        notifications: notifications.into_iter().map(Json::into_string).collect(),
    }
}
