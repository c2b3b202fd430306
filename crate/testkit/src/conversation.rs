//! Node with a client that sends one request after the other.

use alloy_primitives::keccak256;
use parevm::Engine;
use parevm_node::{
    Node,
    node::{Host, NodeOptions},
    rpc::{Response, RpcError},
};
use serde_json::Value;

/// Node with a client that sends one request after the other. A request that must succeed panics if it fails.
#[derive(Debug)]
pub struct Conversation {
    /// Node.
    pub node: Node,
    /// Engine of the node.
    pub engine: Engine,
    /// Time of the node, in milliseconds since the Unix epoch.
    pub now: u64,
    /// Number of requests so far: the seed of each request's entropy.
    requests: u128,
}

#[allow(clippy::expect_used, clippy::panic, reason = "for tests")]
impl Conversation {
    /// Creates a node with `options`, the JSON of a [`NodeOptions`].
    #[must_use]
    pub fn new(options: Value) -> Self {
        let options: NodeOptions = serde_json::from_value(options).expect("options");
        Self {
            node: Node::new(options).expect("a node"),
            engine: Engine::new(2).expect("an engine"),
            now: 1_800_000_000_000,
            requests: 0,
        }
    }

    /// What the node answers. `params` is a list.
    pub fn answer(&mut self, method: &str, params: Value) -> Response {
        let Value::Array(params) = params else {
            panic!("{method}: {params} is no list");
        };
        self.requests += 1;
        let host = Host {
            engine: &self.engine,
            now: self.now,
            entropy: keccak256(self.requests.to_be_bytes())[..16]
                .try_into()
                .expect("16 bytes"),
            clock: None,
            memory: None,
            cancel: None,
        };
        self.node.request(&host, method, &params)
    }

    /// Returns the result of a request that must succeed.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        match self.answer(method, params).result {
            Ok(result) => result.parse().expect(method),
            Err(error) => panic!("{method}: {error}"),
        }
    }

    /// Returns the notifications since the last call.
    pub fn notified(&mut self) -> Vec<Value> {
        let notifications = self.node.take_notifications();
        let params = notifications.iter().map(|params| params.parse());
        params
            .collect::<Result<_, _>>()
            .expect("JSON of notifications")
    }

    /// Returns the error of a request that must fail and leave the node unchanged.
    pub fn refused(&mut self, method: &str, params: Value) -> RpcError {
        let answer = self.answer(method, params);
        assert!(!answer.changed, "{method}");
        answer.result.expect_err(method)
    }
}
