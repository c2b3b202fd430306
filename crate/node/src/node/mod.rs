//! Node in memory: a [`Chain`] that requests change.
//!
//! [`Node`] holds the state; the methods of JSON-RPC and the dispatcher [`Node::request`] are in [`crate::rpc`]. The node
//! reads no clock and no randomness: the host gives the time and random bytes with each request, so the same requests
//! with the same times and bytes give the same node.

mod accounts;
mod admission;
mod blobs;
mod clock;
mod context;
mod development;
mod error;
mod event_id;
mod fill_transaction;
mod filters;
mod host;
mod impersonation;
mod limits;
mod mining;
mod options;
mod pending;
mod rewind;
mod saved;
mod state;
mod subscriptions;

pub(crate) use context::RequestContext;
pub use error::NodeError;
pub(crate) use event_id::EventId;
pub(crate) use fill_transaction::{Impersonated, split_blobs, unknown_account};
pub(crate) use filters::{Arrivals, Filter, Filters};
pub use host::{Host, HostMemory};
pub(crate) use impersonation::is_unsigned;
pub use limits::NodeLimits;
pub(crate) use limits::is_full;
pub use mining::MiningModes;
pub(crate) use mining::Pace;
pub use options::{Mining, NodeOptions};
pub use parevm_simulate::CallRequest;
pub use saved::RestoreError;
pub(crate) use state::NodeState;
pub(crate) use subscriptions::{Subscriptions, Topic};

use crate::{
    chain::{Chain, ImportError},
    request::{Json, RpcError},
};
use accounts::Accounts;
use alloy_primitives::U64;
use impersonation::Impersonation;
use parevm::{ExecuteOptions, vm::SpecId};
use pending::Pending;
use rpds::RedBlackTreeMapSync;
use serde_json::Value;
use std::sync::Arc;

/// Node in memory. A copy is cheap.
#[derive(Clone, Debug)]
pub struct Node {
    options: Arc<NodeOptions>,
    accounts: Arc<Accounts>,
    state: NodeState,
    mining: MiningModes,
    impersonation: Impersonation,
    /// Snapshots by number.
    snapshots: RedBlackTreeMapSync<U64, NodeState>,
    /// Number of the next snapshot.
    next_snapshot: U64,
    filters: Filters,
    subscriptions: Subscriptions,
    pending: Pending,
}

impl Node {
    /// Creates a node at its genesis block.
    ///
    /// # Errors
    ///
    /// [`NodeError`], which names the wrong option.
    ///
    /// # Example
    ///
    /// ```
    /// use parevm::Engine;
    /// use parevm_node::{Node, node::{Host, NodeOptions}};
    ///
    /// let mut node = Node::new(NodeOptions::default())?;
    /// let engine = Engine::new(1)?;
    /// let host = Host { engine: &engine, now: 1_800_000_000_000, entropy: [7; 16], clock: None, memory: None, cancel: None };
    /// let answer = node.request(&host, "eth_chainId", &[]);
    /// assert_eq!(answer.result?.as_str(), "\"0x7a69\"");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(options: NodeOptions) -> Result<Self, NodeError> {
        options.check()?;
        let accounts = Accounts::derive(&options.mnemonic, options.accounts)?;
        let chain = match &options.genesis {
            Some(genesis) => Chain::from_genesis(genesis)?,
            None => Chain::from_genesis(&development::genesis(&options, &accounts))?,
        };
        Ok(Self {
            mining: options.mining.into(),
            options: Arc::new(options),
            accounts: Arc::new(accounts),
            state: NodeState::new(chain),
            impersonation: Impersonation::default(),
            snapshots: RedBlackTreeMapSync::new_sync(),
            next_snapshot: U64::from(1),
            filters: Filters::default(),
            subscriptions: Subscriptions::default(),
            pending: Pending::default(),
        })
    }

    /// Reads the parameters of a request, the JSON text of a list or of `null`, without rounding
    /// ([`parse_exact`](crate::rpc::parse_exact)). They take at most a quarter of the memory of a request, and are
    /// nested at most 128 deep.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: the text is not JSON, not a list, or too large (-32005).
    pub fn read_params(&self, host: &Host<'_>, text: &str) -> Result<Vec<Value>, RpcError> {
        self.options.limits.read(host, text)
    }

    /// Imports concatenated blocks in RLP, the form of a `chain.rlp` file, and returns their number.
    ///
    /// # Errors
    ///
    /// As [`Chain::import`]. The node is unchanged then.
    pub fn import(&mut self, host: &Host<'_>, bytes: &[u8]) -> Result<usize, ImportError> {
        let mut next = self.clone();
        let count = next
            .state
            .chain
            .import_all(host.engine, bytes, &ExecuteOptions::default())?;
        next.state.prune();
        let known = self.chain().head().number();
        for number in known.saturating_add(1)..=next.chain().head().number() {
            if let Some(block) = next.state.chain.block_at(number) {
                // The block is valid even if it cannot be written as JSON.
                let _ = next.subscriptions.on_block(&next.state.chain, block);
            }
        }
        *self = next;
        Ok(count)
    }

    /// Returns the notifications since the last call: each the `params` of an `eth_subscription`.
    pub fn take_notifications(&mut self) -> Vec<Json> {
        self.subscriptions.take()
    }

    /// Returns the chain.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.state.chain
    }

    /// Returns the node with other limits of its requests.
    #[must_use]
    pub fn with_limits(mut self, limits: NodeLimits) -> Self {
        Arc::make_mut(&mut self.options).limits = limits;
        self
    }

    /// Returns the options of the node.
    #[must_use]
    pub fn options(&self) -> &NodeOptions {
        &self.options
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    pub(crate) const fn filters(&self) -> &Filters {
        &self.filters
    }

    pub(crate) const fn filters_mut(&mut self) -> &mut Filters {
        &mut self.filters
    }

    pub(crate) const fn subscriptions_mut(&mut self) -> &mut Subscriptions {
        &mut self.subscriptions
    }

    pub(crate) const fn impersonation_mut(&mut self) -> &mut Impersonation {
        &mut self.impersonation
    }

    /// Returns the fork of the head.
    pub(crate) fn spec(&self) -> SpecId {
        let header = &self.chain().head().block.header;
        let schedule = self.chain().schedule();
        schedule.spec(header.number, header.timestamp)
    }

    /// Returns chain, pool and settings of the next block.
    pub(crate) const fn state(&self) -> &NodeState {
        &self.state
    }

    pub(crate) const fn state_mut(&mut self) -> &mut NodeState {
        &mut self.state
    }

    /// Runs `run` on the chain, with the pending block on top if `is_pending`. Without the feature `dev` nothing is
    /// pending: the head is the pending block.
    pub(crate) fn with_pending(
        &self,
        context: &RequestContext<'_>,
        is_pending: bool,
        run: impl FnOnce(&Chain) -> Result<Json, RpcError>,
    ) -> Result<Json, RpcError> {
        if !is_pending || !cfg!(feature = "dev") {
            return run(self.chain());
        }
        let attributes = self.state.attributes(context.now);
        let make = || self.state.pending(context);
        run(&self.pending.get(&attributes, make)?)
    }
}
