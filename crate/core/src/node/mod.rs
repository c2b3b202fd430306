//! A node in memory: a [`Chain`] that requests change.
//!
//! [`Node::request`] answers JSON-RPC. A request that changes the node works on a copy, which shares what it
//! does not change, and the copy is put in place last: whatever fails, an error or a panic, nothing of it
//! stays. The node reads no clock and no randomness. The time is told with each request, so the same
//! requests at the same times make the same node.

mod error;
mod host;
mod options;

pub use error::NodeError;
pub use host::Host;
pub use options::{Mining, NodeLimits, NodeOptions};

use crate::{
    Chain, ExecuteOptions,
    chain::ImportError,
    interrupt::{Interrupt, time_limit},
    rpc::{self, Method, Params, RequestLimits, RpcError},
};
use serde_json::Value;
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

/// A node in memory. A copy is cheap.
#[derive(Clone, Debug)]
pub struct Node {
    options: Arc<NodeOptions>,
    chain: Chain,
    mining: Mining,
    notifications: Vec<Value>,
}

/// What a node answers to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The result, or what went wrong.
    pub result: Result<Value, RpcError>,
    /// True when the node is another one than before. The same request at the same time changes the same
    /// node again, so a host that repeats these, and only these, has the node again.
    pub changed: bool,
}

impl Node {
    /// A node at its genesis block.
    ///
    /// # Errors
    ///
    /// [`NodeError`], which names what is wrong with the options.
    ///
    /// # Example
    ///
    /// ```
    /// use parevm::{Engine, Node, node::{Host, NodeOptions}};
    ///
    /// let mut node = Node::new(NodeOptions::default())?;
    /// let engine = Engine::new(1)?;
    /// let host = Host { engine: &engine, now: 1_800_000_000_000, clock: None, cancel: None };
    /// let answer = node.request(&host, "eth_chainId", &[]);
    /// assert_eq!(answer.result?, "0x7a69");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(options: NodeOptions) -> Result<Self, NodeError> {
        let chain = Chain::from_genesis(&options.genesis())?;
        Ok(Self {
            mining: options.mining,
            options: Arc::new(options),
            chain,
            notifications: Vec::new(),
        })
    }

    /// Answers the method `name` with positional `params`. The node is unchanged where the answer is an
    /// error.
    pub fn request(&mut self, host: &Host<'_>, name: &str, params: &[Value]) -> Answer {
        let method = match rpc::method(name) {
            Ok(method) => method,
            Err(error) => return Answer::read(Err(error)),
        };
        let params = &mut Params::new(params);
        match method {
            Method::Read(answer) => Answer::read(answer(&self.chain, params)),
            Method::Try(answer) => {
                Answer::read(self.limited(host, |limits| answer(&self.chain, params, limits)))
            }
            Method::Look(answer) => Answer::read(answer(self, params)),
            Method::Change(answer) => {
                let mut next = self.clone();
                let result = answer(&mut next, params, host);
                let changed = result.is_ok();
                if changed {
                    *self = next;
                }
                Answer { result, changed }
            }
        }
    }

    /// Imports blocks that lie one behind the other in RLP, as a `chain.rlp` file has them, and returns
    /// their number.
    ///
    /// # Errors
    ///
    /// As [`Chain::import`]. The node is unchanged then.
    pub fn import(&mut self, host: &Host<'_>, bytes: &[u8]) -> Result<usize, ImportError> {
        let mut next = self.clone();
        let count = next
            .chain
            .import_all(host.engine, bytes, &ExecuteOptions::default())?;
        *self = next;
        Ok(count)
    }

    /// What subscribers are to be told since the last time: each the `params` of an `eth_subscription`.
    pub fn take_notifications(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.notifications)
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The options that the node was made with.
    #[must_use]
    pub fn options(&self) -> &NodeOptions {
        &self.options
    }

    /// When blocks are made.
    #[must_use]
    pub const fn mining(&self) -> Mining {
        self.mining
    }

    pub(crate) const fn set_mining(&mut self, mining: Mining) {
        self.mining = mining;
    }

    /// What `run` returns within the limits of the options.
    fn limited<T>(&self, host: &Host<'_>, run: impl FnOnce(&RequestLimits<'_>) -> T) -> T {
        let NodeLimits { time, memory, gas } = self.options.limits;
        let mut limits = RequestLimits {
            engine: Some(host.engine),
            ..RequestLimits::default()
        };
        limits.call.gas = gas;
        // Results and their JSON take a small multiple of what is recorded.
        limits.trace.recorded_bytes = usize::try_from(memory / 8).unwrap_or(usize::MAX);
        let in_time = host
            .clock
            .map(|clock| time_limit(clock, Duration::from_millis(time)));
        let watch = || {
            if host.cancel.is_some_and(|flag| flag.load(Relaxed)) {
                return Some(Interrupt::Cancelled);
            }
            in_time.as_ref()?()
        };
        run(&limits.watched(&watch))
    }
}

impl Answer {
    const fn read(result: Result<Value, RpcError>) -> Self {
        Self {
            result,
            changed: false,
        }
    }
}
