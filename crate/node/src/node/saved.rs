//! A node as bytes, from which the same node is made again without doing anything twice.
//!
//! A host that keeps what has changed a node ([`Answer::changed`](super::Answer::changed)) keeps this
//! instead, once that has become long. The bytes are for the node that wrote them: another version of this
//! crate may not read them.

mod topic;

use super::{
    Filters, MiningModes, Node, NodeError, NodeOptions, Pool, PoolTransaction, Subscriptions,
    World, blobs::Blobs, clock::BlockClock, impersonation::Impersonation,
};
use crate::{
    Chain,
    chain::{NoBlock, SavedBlocks, SavedChain, Saver},
};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844, transaction::Recovered};
use alloy_eips::{
    eip2718::{Decodable2718, Eip2718Error, Encodable2718},
    eip7594::{BlobTransactionSidecarVariant, Decodable7594, Encodable7594},
};
use alloy_primitives::{Address, B256, Bytes, U64};
use alloy_rlp::Decodable;
use alloy_rlp_derive::{RlpDecodable, RlpEncodable};
use flate2::Crc;
use std::{collections::HashMap, sync::Arc};
use topic::{SavedArrived, SavedFilter, SavedSubscription};

/// Why bytes are no node.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The options are wrong.
    #[error(transparent)]
    Options(#[from] NodeError),
    /// The bytes end early, or one of them is another.
    #[error("a saved node is damaged: its checksum does not fit")]
    Damaged,
    /// Another version of this crate has written them.
    #[error("a saved node has format {found}, this version reads {FORMAT}")]
    Format {
        /// Of the bytes.
        found: u64,
    },
    /// The bytes are not what [`Node::save`] writes.
    #[error("a saved node cannot be read")]
    Rlp(#[from] alloy_rlp::Error),
    /// One of its transactions is none.
    #[error("a transaction of a saved node cannot be read")]
    Transaction(#[from] Eip2718Error),
    /// The options in the bytes are none.
    #[error("the options of a saved node cannot be read")]
    Settings(#[source] serde_json::Error),
    /// One of its filters is none.
    #[error("a filter of a saved node cannot be read")]
    Filter(#[from] serde_json::Error),
    /// A block is missing.
    #[error("a saved node is not whole")]
    Block(#[from] NoBlock),
    /// Something else is missing.
    #[error("a saved node has no {0}")]
    Missing(&'static str),
}

#[derive(RlpEncodable, RlpDecodable)]
struct SavedNode {
    /// Of what follows.
    format: u64,
    /// JSON of the options that the node began with.
    options: Bytes,
    blocks: SavedBlocks,
    transactions: Vec<SavedTransaction>,
    /// Blobs of mined transactions.
    sidecars: Vec<Bytes>,
    /// Those of the snapshots in their order, and then the node's own.
    worlds: Vec<SavedWorld>,
    snapshots: Vec<U64>,
    next_snapshot: U64,
    mining: SavedMining,
    impersonated: Vec<Address>,
    everybody_is_impersonated: bool,
    filters: Vec<SavedFilter>,
    arrived: Vec<SavedArrived>,
    next_arrival: u64,
    /// In the order in which they were opened.
    subscriptions: Vec<SavedSubscription>,
}

#[derive(RlpEncodable, RlpDecodable)]
struct SavedWorld {
    chain: SavedChain,
    arrivals: u64,
    /// Arrivals that left the pool since the world before, and those that came.
    left: Vec<u64>,
    pool: Vec<SavedArrival>,
    /// Two's complement.
    clock_offset: u64,
    // Of these, none or one each.
    next_timestamp: Vec<u64>,
    block_interval: Vec<u64>,
    gas_limit: Vec<u64>,
    prev_randao: Vec<B256>,
    min_gas_price: Vec<u64>,
    coinbase: Address,
    /// Numbers of the oldest blobs that are kept, and of the next.
    oldest_blobs: u64,
    next_blobs: u64,
    /// Those that came since the world before.
    blobs: Vec<SavedBlobs>,
}

#[derive(RlpEncodable, RlpDecodable)]
struct SavedBlobs {
    number: u64,
    transaction: B256,
    /// Position among the sidecars.
    sidecar: usize,
}

#[derive(RlpEncodable, RlpDecodable)]
struct SavedArrival {
    arrival: u64,
    /// Position among the transactions.
    transaction: usize,
}

#[derive(RlpEncodable, RlpDecodable)]
struct SavedTransaction {
    sender: Address,
    /// As EIP-2718 encodes it, without blobs.
    envelope: Bytes,
    /// None or one.
    sidecar: Vec<Bytes>,
}

#[derive(RlpEncodable, RlpDecodable)]
struct SavedMining {
    automine: bool,
    /// None or one.
    interval: Vec<u64>,
}

/// Raised whenever the fields of a saved node change.
const FORMAT: u64 = 3;

impl Node {
    /// The node as bytes for [`Node::restore`]: chain with states and receipts, pool, snapshots, filters and
    /// all that requests change, but not what subscribers have not been told yet.
    ///
    /// # Example
    ///
    /// ```
    /// use parevm::{Engine, Node, node::{Host, NodeOptions}};
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
        let mut blocks = Saver::default();
        let mut transactions = Transactions::default();
        let mut sidecars = Sidecars::default();
        let mut worlds = Vec::with_capacity(self.snapshots.size() + 1);
        // Each world came from the one before, of which it is saved what differs.
        let mut before: Option<&World> = None;
        let kept = self.snapshots.values();
        for world in kept.chain([&self.world]) {
            let chain = blocks.chain(&world.chain, before.map(|before| &before.chain));
            worlds.push(SavedWorld::new(
                world,
                before,
                chain,
                &mut transactions,
                &mut sidecars,
            ));
            before = Some(world);
        }
        let Impersonation {
            accounts,
            everybody,
        } = &self.impersonation;
        let mut bytes = alloy_rlp::encode(SavedNode {
            format: FORMAT,
            // They can be written as JSON; what could not is refused when it is read.
            options: serde_json::to_vec(&*self.options)
                .unwrap_or_default()
                .into(),
            blocks: blocks.finish(),
            transactions: transactions.saved,
            sidecars: sidecars.saved,
            worlds,
            snapshots: self.snapshots.keys().copied().collect(),
            next_snapshot: self.next_snapshot,
            mining: self.mining.into(),
            impersonated: accounts.iter().copied().collect(),
            everybody_is_impersonated: *everybody,
            filters: self.filters.open.iter().map(SavedFilter::new).collect(),
            arrived: self
                .filters
                .arrivals
                .iter()
                .map(SavedArrived::new)
                .collect(),
            next_arrival: self.filters.next_arrival,
            subscriptions: self
                .subscriptions
                .open
                .values()
                .map(SavedSubscription::new)
                .collect(),
        });
        bytes.extend(checksum(&bytes).to_be_bytes());
        bytes
    }

    /// The node of which [`Node::save`] has returned `bytes`, with the options that it began with.
    ///
    /// # Errors
    ///
    /// [`RestoreError`]: `bytes` were not written by `save`, or by another version.
    pub fn restore(bytes: &[u8]) -> Result<Self, RestoreError> {
        let (mut bytes, sum) = bytes.split_last_chunk().ok_or(RestoreError::Damaged)?;
        if u32::from_be_bytes(*sum) != checksum(bytes) {
            return Err(RestoreError::Damaged);
        }
        let found = format_of(bytes)?;
        if found != FORMAT {
            return Err(RestoreError::Format { found });
        }
        let saved = SavedNode::decode(&mut bytes)?;
        let options: NodeOptions =
            serde_json::from_slice(&saved.options).map_err(RestoreError::Settings)?;
        let begun = Self::new(options)?;
        let blocks = saved.blocks.restore(begun.chain())?;
        let transactions = saved.transactions.into_iter();
        let transactions: Vec<_> = transactions
            .map(SavedTransaction::restore)
            .collect::<Result<_, _>>()?;
        let sidecars: Vec<_> = saved
            .sidecars
            .iter()
            .map(|bytes| sidecar_of(bytes))
            .collect::<Result<_, _>>()?;
        let mut before = begun.world.clone();
        let mut worlds = Vec::with_capacity(saved.worlds.len());
        for world in saved.worlds {
            let chain = world.chain.restore(&blocks, &before.chain)?;
            before = world.restore(chain, &before, &transactions, &sidecars)?;
            worlds.push(before.clone());
        }
        let world = worlds.pop().ok_or(RestoreError::Missing("chain"))?;
        let mut filters = Filters::default();
        for filter in saved.filters {
            let (id, filter, polled) = filter.restore()?;
            filters.put(id, filter, polled);
        }
        for arrived in saved.arrived {
            let (number, sent) = arrived.restore()?;
            filters.keep(number, sent);
        }
        filters.next_arrival = saved.next_arrival;
        let subscriptions = saved.subscriptions.into_iter();
        let subscriptions: Vec<_> = subscriptions
            .map(SavedSubscription::restore)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            world,
            mining: saved.mining.into(),
            impersonation: Impersonation {
                accounts: saved.impersonated.into_iter().collect(),
                everybody: saved.everybody_is_impersonated,
            },
            snapshots: saved.snapshots.into_iter().zip(worlds).collect(),
            next_snapshot: saved.next_snapshot,
            filters,
            subscriptions: Subscriptions::of(subscriptions),
            ..begun
        })
    }
}

/// Saves each transaction once.
#[derive(Default)]
struct Transactions {
    saved: Vec<SavedTransaction>,
    positions: HashMap<*const PoolTransaction, usize>,
}

impl Transactions {
    /// Saves `transaction` and returns its position.
    fn position(&mut self, transaction: &Arc<PoolTransaction>) -> usize {
        let next = self.saved.len();
        let position = *self
            .positions
            .entry(Arc::as_ptr(transaction))
            .or_insert(next);
        if position == next {
            self.saved.push(SavedTransaction::from(&**transaction));
        }
        position
    }
}

/// Saves the blobs of each transaction once.
#[derive(Default)]
struct Sidecars {
    saved: Vec<Bytes>,
    positions: HashMap<*const BlobTransactionSidecarVariant, usize>,
}

impl Sidecars {
    /// Saves `sidecar` and returns its position.
    fn position(&mut self, sidecar: &Arc<BlobTransactionSidecarVariant>) -> usize {
        let next = self.saved.len();
        let position = *self.positions.entry(Arc::as_ptr(sidecar)).or_insert(next);
        if position == next {
            self.saved.push(encoded(sidecar));
        }
        position
    }
}

fn encoded(sidecar: &BlobTransactionSidecarVariant) -> Bytes {
    let mut bytes = Vec::new();
    sidecar.encode_7594(&mut bytes);
    bytes.into()
}

fn sidecar_of(mut bytes: &[u8]) -> alloy_rlp::Result<Arc<BlobTransactionSidecarVariant>> {
    BlobTransactionSidecarVariant::decode_7594(&mut bytes).map(Arc::new)
}

/// The format of a saved node, which comes first.
fn format_of(mut bytes: &[u8]) -> Result<u64, RestoreError> {
    let mut payload = alloy_rlp::Header::decode_bytes(&mut bytes, true)?;
    Ok(u64::decode(&mut payload)?)
}

/// CRC-32 of `bytes`.
fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

impl SavedWorld {
    fn new(
        world: &World,
        before: Option<&World>,
        chain: SavedChain,
        transactions: &mut Transactions,
        sidecars: &mut Sidecars,
    ) -> Self {
        let one = |value: Option<u64>| value.into_iter().collect();
        let (no_pool, no_blobs) = (Pool::default(), Blobs::default());
        let pool_before = before.map_or(&no_pool, |before| &before.pool);
        let blobs_before = before.map_or(&no_blobs, |before| &before.blobs);
        let came = world.pool.added_since(pool_before);
        let pool = came.map(|(arrival, transaction)| SavedArrival {
            arrival: *arrival,
            transaction: transactions.position(transaction),
        });
        let (oldest_blobs, next_blobs) = world.blobs.numbers();
        Self {
            chain,
            arrivals: world.pool.arrivals(),
            left: world.pool.removed_since(pool_before),
            pool: pool.collect(),
            clock_offset: world.clock.offset.cast_unsigned(),
            next_timestamp: one(world.clock.next),
            block_interval: one(world.clock.interval),
            gas_limit: one(world.gas_limit),
            prev_randao: world.prev_randao.into_iter().collect(),
            min_gas_price: one(world.min_gas_price),
            coinbase: world.coinbase,
            oldest_blobs,
            next_blobs,
            blobs: world
                .blobs
                .added_since(blobs_before)
                .map(|(number, (transaction, sidecar))| SavedBlobs {
                    number: *number,
                    transaction: *transaction,
                    sidecar: sidecars.position(sidecar),
                })
                .collect(),
        }
    }

    fn restore(
        self,
        chain: Chain,
        before: &World,
        transactions: &[Arc<PoolTransaction>],
        sidecars: &[Arc<BlobTransactionSidecarVariant>],
    ) -> Result<World, RestoreError> {
        let blobs = self.blobs.into_iter().map(|saved| {
            let sidecar = sidecars.get(saved.sidecar).map(Arc::clone);
            let sidecar = sidecar.ok_or(RestoreError::Missing("sidecar"))?;
            Ok((saved.number, (saved.transaction, sidecar)))
        });
        let blobs: Vec<_> = blobs.collect::<Result<_, RestoreError>>()?;
        let numbers = (self.oldest_blobs, self.next_blobs);
        let waiting = self.pool.into_iter().map(|saved| {
            let transaction = transactions.get(saved.transaction).map(Arc::clone);
            Ok((
                saved.arrival,
                transaction.ok_or(RestoreError::Missing("transaction"))?,
            ))
        });
        let waiting: Vec<_> = waiting.collect::<Result<_, RestoreError>>()?;
        let one = |values: Vec<u64>| values.into_iter().next();
        Ok(World {
            chain,
            pool: (before.pool.clone()).changed(&self.left, waiting, self.arrivals),
            clock: BlockClock {
                offset: self.clock_offset.cast_signed(),
                next: one(self.next_timestamp),
                interval: one(self.block_interval),
            },
            coinbase: self.coinbase,
            gas_limit: one(self.gas_limit),
            prev_randao: self.prev_randao.into_iter().next(),
            min_gas_price: one(self.min_gas_price),
            blobs: before.blobs.clone().changed(numbers, blobs),
        })
    }
}

impl From<&PoolTransaction> for SavedTransaction {
    fn from(transaction: &PoolTransaction) -> Self {
        let sidecar = transaction.sidecar.as_ref().map(|sidecar| encoded(sidecar));
        Self {
            sender: transaction.sender(),
            envelope: transaction.sent.encoded_2718().into(),
            sidecar: sidecar.into_iter().collect(),
        }
    }
}

impl SavedTransaction {
    fn restore(self) -> Result<Arc<PoolTransaction>, RestoreError> {
        let envelope = EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(&self.envelope)?;
        let sidecar = self.sidecar.first().map(|bytes| sidecar_of(bytes));
        Ok(Arc::new(PoolTransaction {
            sent: Recovered::new_unchecked(envelope, self.sender),
            sidecar: sidecar.transpose()?,
        }))
    }
}

impl From<MiningModes> for SavedMining {
    fn from(modes: MiningModes) -> Self {
        Self {
            automine: modes.automine,
            interval: modes.interval.into_iter().collect(),
        }
    }
}

impl From<SavedMining> for MiningModes {
    fn from(saved: SavedMining) -> Self {
        Self {
            automine: saved.automine,
            interval: saved.interval.first().copied(),
        }
    }
}
