//! A node in memory: a [`Chain`] that requests change.
//!
//! [`Node::request`] answers JSON-RPC. A request that changes the node works on a copy, which shares what it
//! does not change, and the copy is put in place last: whatever fails, an error or a panic, nothing of it
//! stays. The node reads no clock and no randomness: the host gives the time and random bytes with each
//! request, so the same requests with the same times and bytes make the same node.

mod accounts;
mod admission;
mod blobs;
mod clock;
mod development;
mod error;
mod filling;
mod filters;
mod host;
mod impersonation;
mod limits;
mod mining;
mod options;
mod pending;
mod pool;
mod pool_error;
mod pool_transaction;
mod saved;
mod subscriptions;
mod world;

pub use error::NodeError;
pub(crate) use filling::{Impersonated, apart, unknown};
pub(crate) use filters::{Arrivals, EventId, Filter, Filters};
pub(crate) use host::RequestContext;
pub use host::{Host, Memory};
pub(crate) use impersonation::is_unsigned;
pub use limits::NodeLimits;
pub use mining::MiningModes;
pub(crate) use mining::Pace;
pub use options::{Mining, NodeOptions};
use parevm::build::ExecutedBlock;
pub use pool::Pool;
pub use pool_error::PoolError;
pub use pool_transaction::PoolTransaction;
pub use saved::RestoreError;
pub(crate) use subscriptions::{Subscriptions, Topic};
pub(crate) use world::World;

use crate::{
    Chain,
    chain::ImportError,
    rpc::{self, Handler, Json, Params, RpcError, SendResult},
};
use accounts::Accounts;
use alloy_consensus::Transaction as _;
use alloy_primitives::{B256, U64};
use impersonation::Impersonation;
use parevm::{ExecuteOptions, vm::SpecId};
use parevm_simulate::CallError;
use pending::Pending;
use rpds::RedBlackTreeMapSync;
use serde_json::Value;
use std::sync::Arc;

/// A node in memory. A copy is cheap.
#[derive(Clone, Debug)]
pub struct Node {
    options: Arc<NodeOptions>,
    accounts: Arc<Accounts>,
    world: World,
    mining: MiningModes,
    impersonation: Impersonation,
    /// By their numbers.
    snapshots: RedBlackTreeMapSync<U64, World>,
    /// Number of the next snapshot.
    next_snapshot: U64,
    filters: Filters,
    subscriptions: Subscriptions,
    pending: Pending,
}

/// What a node answers to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The result, or what went wrong.
    pub result: Result<Json, RpcError>,
    /// True if the request changed the node. The same request with the same time and entropy changes the
    /// same node again, so a host that repeats these, and only these, has the node again.
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
            world: World::new(chain),
            impersonation: Impersonation::default(),
            snapshots: RedBlackTreeMapSync::new_sync(),
            next_snapshot: U64::from(1),
            filters: Filters::default(),
            subscriptions: Subscriptions::default(),
            pending: Pending::default(),
        })
    }

    /// Reads the parameters of a request, the JSON text of a list or of `null`, without rounding
    /// ([`parse_exact`](rpc::parse_exact)). They take at most a quarter of the memory that a request has, and are
    /// nested at most 128 deep.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: the text is not JSON, no list, or takes too much memory (-32005).
    pub fn read_params(&self, host: &Host<'_>, text: &str) -> Result<Vec<Value>, RpcError> {
        self.options.limits.read(host, text)
    }

    /// Answers the method `name` with positional `params`. The node is unchanged where the answer is an
    /// error, unless that says that a transaction was sent and is not in a block yet (code 4 or 5).
    pub fn request(&mut self, host: &Host<'_>, name: &str, params: &[Value]) -> Answer {
        self.respond(host, name, params, false)
    }

    /// Repeats a request that has changed a node in the same state ([`Answer::changed`]). Of polls of a filter that
    /// found nothing a host need not repeat all: a filter that is polled here is open, however long ago the last
    /// poll was.
    pub fn repeat(&mut self, host: &Host<'_>, name: &str, params: &[Value]) -> Answer {
        self.respond(host, name, params, true)
    }

    fn respond(
        &mut self,
        host: &Host<'_>,
        name: &str,
        params: &[Value],
        is_repeat: bool,
    ) -> Answer {
        let method = match rpc::method(name) {
            Ok(method) => method,
            Err(error) => return Answer::refused(error),
        };
        if let Some(answer) = self.answer(host, method, params) {
            return answer;
        }
        let limits = self.options.limits;
        let watch = limits.watch(host);
        let context = &RequestContext {
            is_repeat,
            ..RequestContext::new(host, &limits, &watch)
        };
        let most = context.limits.answer_bytes;
        let params = &mut Params::new(params, context.limits);
        match method {
            Handler::Change(_) | Handler::Send(_) if limits::is_full(host) => {
                let reason = "the node has no memory for more: revert, roll back or reset it";
                Answer::refused(RpcError::limit(reason.to_owned()))
            }
            Handler::Free(answer) => self.change(None, |next| {
                rpc::at_most(answer(next, params, context), most).map(Ok)
            }),
            Handler::Change(answer) => self.change(Some(host), |next| {
                rpc::at_most(answer(next, params, context), most).map(Ok)
            }),
            Handler::Send(answer) => self.change(Some(host), |next| answer(next, params, context)),
            Handler::Read(_)
            | Handler::Await(_)
            | Handler::Try(_)
            | Handler::Look(_)
            | Handler::Probe(_) => Answer::refused(RpcError::unknown_method(name)),
        }
    }

    /// Answers a method that leaves the node as it is ([`rpc::Method::is_read`]); `None` for every other.
    /// Several threads may ask at a time.
    #[must_use]
    pub fn read(&self, host: &Host<'_>, name: &str, params: &[Value]) -> Option<Answer> {
        match rpc::method(name) {
            Ok(method) => self.answer(host, method, params),
            Err(error) => Some(Answer::refused(error)),
        }
    }

    fn answer(&self, host: &Host<'_>, method: Handler, params: &[Value]) -> Option<Answer> {
        if !method.is_read() {
            return None;
        }
        // What runs on the block to come runs on a chain that has it.
        let asks_pending = params.iter().any(rpc::is_pending);
        let limits = self.options.limits;
        let watch = limits.watch(host);
        let context = &RequestContext::new(host, &limits, &watch);
        let params = &mut Params::new(params, context.limits);
        let result = match method {
            Handler::Read(answer) => {
                let answer = |chain: &Chain| answer(chain, params);
                self.with_pending(context, asks_pending, answer)
            }
            Handler::Await(answer) => answer(self.chain(), &self.world.pool, params),
            Handler::Try(answer) => {
                let answer = |chain: &Chain| answer(chain, params, &context.limits);
                self.with_pending(context, asks_pending, answer)
            }
            Handler::Look(answer) => answer(self, params),
            Handler::Probe(answer) => answer(self, params, context),
            Handler::Free(_) | Handler::Change(_) | Handler::Send(_) => return None,
        };
        Some(Answer::read(result, context.limits.answer_bytes))
    }

    /// Puts what `answer` makes of a copy in place of the node, where it succeeds and takes no more memory of `host`
    /// than a request may.
    fn change(
        &mut self,
        host: Option<&Host<'_>>,
        answer: impl FnOnce(&mut Self) -> Result<SendResult, RpcError>,
    ) -> Answer {
        let limits = self.options.limits;
        let watch = host.and_then(|host| limits.watch_memory(host));
        let mut next = self.clone();
        let answer = answer(&mut next).and_then(|result| {
            let interrupt = watch.and_then(|watch| watch());
            interrupt.map_or(Ok(result), |interrupt| {
                Err(CallError::Interrupted(interrupt).into())
            })
        });
        match answer {
            Ok(result) => {
                *self = next;
                Answer {
                    result,
                    changed: true,
                }
            }
            Err(error) => Answer::refused(error),
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
            .world
            .chain
            .import_all(host.engine, bytes, &ExecuteOptions::default())?;
        next.world.prune();
        let known = self.chain().head().number();
        for number in known.saturating_add(1)..=next.chain().head().number() {
            if let Some(block) = next.world.chain.block_at(number) {
                // The block is valid whether or not it can be written as JSON.
                let _ = next.subscriptions.on_block(&next.world.chain, block);
            }
        }
        *self = next;
        Ok(count)
    }

    /// Returns the notifications since the last call: each the `params` of an `eth_subscription`.
    pub fn take_notifications(&mut self) -> Vec<Json> {
        self.subscriptions.take()
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.world.chain
    }

    /// The node with other limits for its requests.
    #[must_use]
    pub fn with_limits(mut self, limits: NodeLimits) -> Self {
        Arc::make_mut(&mut self.options).limits = limits;
        self
    }

    /// The options that the node was made with.
    #[must_use]
    pub fn options(&self) -> &NodeOptions {
        &self.options
    }

    /// Takes a transaction into the pool, and makes a block where that is automatic. Returns its hash.
    pub(crate) fn submit(
        &mut self,
        context: &RequestContext<'_>,
        transaction: PoolTransaction,
    ) -> Result<B256, RpcError> {
        let (hash, sender) = (transaction.hash(), transaction.sender());
        if self.world.pool.get(hash).is_some() {
            return Err(PoolError::AlreadyKnown.into());
        }
        admission::check(&self.world, &transaction)?;
        let is_next = transaction.nonce() == self.world.account(sender).nonce;
        let makes_block = self.mining.automine && is_next;
        let max_fee = transaction.sent.max_fee_per_gas();
        let base_fee = self.world.next_base_fee();
        if makes_block && max_fee < u128::from(base_fee) {
            return Err(PoolError::FeeTooLow {
                sender,
                max_fee,
                base_fee,
            }
            .into());
        }
        let sent = transaction.sent.clone();
        self.world.pool.add(transaction)?;
        self.filters.on_transaction(&sent, context.now);
        self.subscriptions.on_transaction(&sent)?;
        if makes_block {
            self.mine(context)?;
            if self.chain().transaction(hash).is_none() {
                let reason = "the transaction does not fit the block that was made for it";
                return Err(RpcError::server(reason.to_owned()));
            }
        }
        Ok(hash)
    }

    /// Makes the next block of `transactions`, and of nothing in the pool. What does not fit is left out.
    pub(crate) fn mine_of(
        &mut self,
        context: &RequestContext<'_>,
        transactions: &[Arc<PoolTransaction>],
    ) -> Result<(), RpcError> {
        let block = self.world.mine_of(context, transactions)?;
        self.on_block(&block)
    }

    /// Removes the newest `count` blocks, which the chain must have. Time goes on from the new head.
    pub(crate) fn roll_back(
        &mut self,
        context: &RequestContext<'_>,
        count: u64,
    ) -> Result<(), RpcError> {
        let removed = self.world.roll_back(context.now, count);
        self.filters.rewind(self.chain().head().number());
        // geth tells of them in the order in which they came.
        for block in &removed {
            self.subscriptions.on_removed(block)?;
        }
        Ok(())
    }

    /// Puts a chain in place of that of the node, as a dump has it.
    pub(crate) fn replace_chain(&mut self, context: &RequestContext<'_>, chain: Chain) {
        self.world.replace_chain(context.now, chain);
        self.filters.rewind(self.chain().head().number());
    }

    /// Notifies subscribers of a block that the chain has now.
    pub(super) fn on_block(&mut self, block: &ExecutedBlock) -> Result<(), RpcError> {
        self.subscriptions.on_block(&self.world.chain, block)
    }

    /// Keeps chain and pool as they are now, under the number that is returned.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: there are [`MOST_SNAPSHOTS`](limits::MOST_SNAPSHOTS) snapshots.
    pub(crate) fn snapshot(&mut self) -> Result<U64, RpcError> {
        if self.snapshots.size() >= limits::MOST_SNAPSHOTS {
            let most = limits::MOST_SNAPSHOTS;
            let reason = format!("{most} snapshots are kept: revert to one");
            return Err(RpcError::limit(reason));
        }
        let number = self.next_snapshot;
        self.snapshots.insert_mut(number, self.world.clone());
        self.next_snapshot += U64::from(1);
        Ok(number)
    }

    /// Brings back what was kept under `number`, and forgets that and what was kept later. False where
    /// there is nothing.
    pub(crate) fn revert(&mut self, number: U64) -> bool {
        let Some(world) = self.snapshots.get(&number).cloned() else {
            return false;
        };
        let later: Vec<_> = self.snapshots.range(number..).map(|(at, _)| *at).collect();
        for number in later {
            self.snapshots.remove_mut(&number);
        }
        self.world = world;
        self.filters.rewind(self.world.chain.head().number());
        true
    }

    /// What snapshots there are: number, height and hash of each.
    pub(crate) fn snapshots(&self) -> impl Iterator<Item = (U64, u64, B256)> {
        self.snapshots.iter().map(|(number, world)| {
            let head = world.chain.head();
            (*number, head.number(), head.hash)
        })
    }

    /// Begins at the genesis block again, without filters and snapshots.
    pub(crate) fn reset(&mut self) -> Result<(), RpcError> {
        let begun = Self::new(NodeOptions::clone(&self.options))
            .map_err(|error| RpcError::internal(&error))?;
        self.world = begun.world;
        self.filters.clear();
        self.snapshots = begun.snapshots;
        Ok(())
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

    /// The rules that hold at the head.
    pub(crate) fn spec(&self) -> SpecId {
        let header = &self.chain().head().block.header;
        let schedule = self.chain().schedule();
        schedule.spec(header.number, header.timestamp)
    }

    /// What requests change beside who is told.
    pub(crate) const fn world(&self) -> &World {
        &self.world
    }

    pub(crate) const fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// What `run` returns of the chain, with the block that would come now on top where `is_pending`.
    fn with_pending(
        &self,
        context: &RequestContext<'_>,
        is_pending: bool,
        run: impl FnOnce(&Chain) -> Result<Json, RpcError>,
    ) -> Result<Json, RpcError> {
        if !is_pending {
            return run(self.chain());
        }
        let attributes = self.world.attributes(context.now);
        let make = || self.world.pending(context);
        run(&self.pending.get(&attributes, make)?)
    }
}

impl Answer {
    /// The answer of a method that leaves the node as it is, of at most `most` bytes.
    fn read(result: Result<Json, RpcError>, most: usize) -> Self {
        Self {
            result: rpc::at_most(result, most),
            changed: false,
        }
    }

    const fn refused(error: RpcError) -> Self {
        Self {
            result: Err(error),
            changed: false,
        }
    }
}
