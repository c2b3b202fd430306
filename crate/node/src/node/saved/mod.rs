//! Saved node: a node as bytes, from which the same node is restored without repeating any request.
//!
//! A host that journals the requests that changed a node ([`Response::changed`](crate::rpc::Response::changed)) replaces
//! a long journal by a saved node. Only the version that wrote the bytes reads them for certain: the format has a
//! number, and no version converts older formats.
//!
//! | bytes | content |
//! |---|---|
//! | 4 | `pvmn` |
//! | 4 | number of the format, big-endian |
//! | all others | [`SavedNode`] as postcard encodes it |
//! | last 4 | CRC-32 of everything before, big-endian |
//!
//! Equal nodes have equal bytes. Restoring takes memory in proportion to the length of the bytes, whatever they hold:
//! lengths are claims that the decoder does not trust, and states share what they have in common.

mod encoding;
mod error;
mod state;
mod topic;
mod transaction;

pub use error::RestoreError;

use super::{
    Filters, MiningModes, Node, NodeOptions, NodeState, Subscriptions, impersonation::Impersonation,
};
use crate::{
    chain::{ChainWriter, SavedBlocks},
    request::parse_exact,
};
use alloy_primitives::{Address, Bytes, U64};
use parevm::json::{ValueError, decode};
use serde::{Deserialize, Serialize, de::Error};
use state::SavedState;
use topic::{SavedArrival, SavedFilter, SavedSubscription};
use transaction::{SavedTransaction, SidecarWriter, TransactionWriter, sidecar_of};

/// Everything that requests change, and the options.
#[derive(Serialize, Deserialize)]
struct SavedNode {
    /// JSON of the options.
    options: String,
    blocks: SavedBlocks,
    transactions: Vec<SavedTransaction>,
    /// Blobs of mined transactions.
    sidecars: Vec<Bytes>,
    /// States of the snapshots in order, then the state of the node.
    states: Vec<SavedState>,
    /// Numbers of the snapshots.
    snapshots: Vec<u64>,
    next_snapshot: u64,
    mining: MiningModes,
    impersonated: Vec<Address>,
    everybody_is_impersonated: bool,
    filters: Vec<SavedFilter>,
    arrivals: Vec<SavedArrival>,
    next_arrival: u64,
    /// Subscriptions in the order in which they were opened.
    subscriptions: Vec<SavedSubscription>,
}

impl Node {
    /// Returns the node as bytes for [`Node::restore`]: chain with states and receipts, pool, snapshots, filters and all
    /// that requests change, without pending notifications.
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
    /// node.request(&host, "evm_mine", &[]);
    /// let again = Node::restore(&node.save())?;
    /// assert_eq!(again.chain().head().hash, node.chain().head().hash);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let mut blocks = ChainWriter::default();
        let mut transactions = TransactionWriter::default();
        let mut sidecars = SidecarWriter::default();
        let mut states = Vec::with_capacity(self.snapshots.size() + 1);
        // Each state is saved as a difference to the one before, from which it developed.
        let mut before: Option<&NodeState> = None;
        for state in self.snapshots.values().chain([&self.state]) {
            let chain = blocks.chain(&state.chain, before.map(|before| &before.chain));
            let (transactions, sidecars) = (&mut transactions, &mut sidecars);
            states.push(SavedState::new(
                state,
                before,
                chain,
                transactions,
                sidecars,
            ));
            before = Some(state);
        }
        let Impersonation {
            accounts,
            everybody,
        } = &self.impersonation;
        let mut impersonated: Vec<_> = accounts.iter().copied().collect();
        impersonated.sort_unstable();
        encoding::encode(&SavedNode {
            // Options are always JSON; an empty text would be refused by `restore`.
            options: serde_json::to_string(&*self.options).unwrap_or_default(),
            blocks: blocks.finish(),
            transactions: transactions.finish(),
            sidecars: sidecars.finish(),
            states,
            snapshots: self.snapshots.keys().map(U64::to).collect(),
            next_snapshot: self.next_snapshot.to(),
            mining: self.mining,
            impersonated,
            everybody_is_impersonated: *everybody,
            filters: self.filters.open.iter().map(SavedFilter::new).collect(),
            arrivals: (self.filters.arrivals.iter())
                .map(SavedArrival::new)
                .collect(),
            next_arrival: self.filters.next_arrival,
            subscriptions: (self.subscriptions.open.values())
                .map(SavedSubscription::new)
                .collect(),
        })
    }

    /// Returns the node that [`Node::save`] has written as `bytes`, with its options.
    ///
    /// # Errors
    ///
    /// [`RestoreError`]: `bytes` were not written by `save`, or by a version with another format.
    pub fn restore(bytes: &[u8]) -> Result<Self, RestoreError> {
        let saved: SavedNode = encoding::decode(bytes)?;
        let options = parse_exact(&saved.options).map_err(ValueError::custom);
        let options: NodeOptions = options
            .and_then(|options| decode(&options))
            .map_err(RestoreError::Options)?;
        let created = Self::new(options)?;
        let blocks = saved.blocks.restore(created.chain())?;
        let transactions = saved.transactions.into_iter();
        let transactions: Vec<_> = transactions
            .map(SavedTransaction::restore)
            .collect::<Result<_, _>>()?;
        let sidecars = saved.sidecars.iter().map(sidecar_of);
        let sidecars: Vec<_> = sidecars.collect::<Result<_, _>>()?;
        let mut before = created.state.clone();
        let mut states = Vec::with_capacity(saved.states.len());
        for state in saved.states {
            before = state.restore(&before, &blocks, &transactions, &sidecars)?;
            states.push(before.clone());
        }
        let state = states.pop().ok_or(RestoreError::Missing("state"))?;
        if states.len() != saved.snapshots.len() {
            return Err(RestoreError::Missing("state of each snapshot"));
        }
        let snapshots = saved.snapshots.into_iter().map(U64::from);
        let mut filters = Filters::default();
        for filter in saved.filters {
            let (id, filter, polled) = filter.restore()?;
            filters.put(id, filter, polled);
        }
        for arrival in saved.arrivals {
            let (number, sent) = arrival.restore()?;
            filters.keep(number, sent);
        }
        filters.next_arrival = saved.next_arrival;
        let subscriptions = saved.subscriptions.into_iter();
        let subscriptions: Vec<_> = subscriptions
            .map(SavedSubscription::restore)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            state,
            mining: saved.mining,
            impersonation: Impersonation {
                accounts: saved.impersonated.into_iter().collect(),
                everybody: saved.everybody_is_impersonated,
            },
            snapshots: snapshots.zip(states).collect(),
            next_snapshot: U64::from(saved.next_snapshot),
            filters,
            subscriptions: Subscriptions::of(subscriptions),
            ..created
        })
    }
}
