//! What clients of a node want to hear of, as bytes.

use super::{
    super::{Arrivals, EventId, Filter, Topic, filters::OpenFilter, subscriptions::Subscription},
    RestoreError,
};
use crate::{chain::with_hash, rpc::LogFilter};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256, Bytes};
use alloy_rlp_derive::{RlpDecodable, RlpEncodable};
use parevm::build::SentTransaction;
use std::sync::Arc;

/// Open filter.
#[derive(RlpEncodable, RlpDecodable)]
pub(super) struct SavedFilter {
    id: EventId,
    topic: SavedTopic,
    /// Height or arrival at which the next poll begins.
    next: u64,
    /// Time of the last poll in milliseconds.
    polled: u64,
}

/// Transaction that came into the pool, for filters that have not given it yet.
#[derive(RlpEncodable, RlpDecodable)]
pub(super) struct SavedArrived {
    number: u64,
    sender: Address,
    /// By which it is known: see [`with_hash`].
    hash: B256,
    /// As EIP-2718 encodes it, without blobs.
    envelope: Bytes,
}

/// A subscription, without what is still to be told.
#[derive(RlpEncodable, RlpDecodable)]
pub(super) struct SavedSubscription {
    id: EventId,
    topic: SavedTopic,
}

/// What is filtered or subscribed to.
#[derive(RlpEncodable, RlpDecodable)]
struct SavedTopic {
    kind: u8,
    /// JSON; empty where it is not about logs.
    filter: Bytes,
    /// Of transactions whose receipts are told.
    hashes: Vec<B256>,
}

const BLOCKS: u8 = 0;
const LOGS: u8 = 1;
const HASHES: u8 = 2;
const RECEIPTS: u8 = 3;
const SYNCING: u8 = 4;
const TRANSACTIONS: u8 = 5;

impl SavedFilter {
    pub(super) fn new((id, OpenFilter { filter, polled }): (&EventId, &OpenFilter)) -> Self {
        let (topic, next) = match filter {
            Filter::Blocks { next } => (SavedTopic::plain(BLOCKS), next),
            Filter::Logs { filter, next } => (SavedTopic::logs(filter), next),
            Filter::Arrivals { kind, next } => {
                let kind = match kind {
                    Arrivals::Hashes => HASHES,
                    Arrivals::Transactions => TRANSACTIONS,
                };
                (SavedTopic::plain(kind), next)
            }
        };
        Self {
            id: *id,
            topic,
            next: *next,
            polled: *polled,
        }
    }

    /// Returns the filter with its id and the time of its last poll.
    pub(super) fn restore(self) -> Result<(EventId, Filter, u64), RestoreError> {
        let next = self.next;
        let arrivals = |kind| Filter::Arrivals { kind, next };
        let filter = match self.topic.restore()? {
            Topic::Heads => Filter::Blocks { next },
            Topic::Logs(filter) => Filter::Logs { filter, next },
            Topic::Hashes => arrivals(Arrivals::Hashes),
            Topic::Transactions => arrivals(Arrivals::Transactions),
            Topic::Receipts(_) | Topic::Syncing => {
                return Err(RestoreError::Missing("such filter"));
            }
        };
        Ok((self.id, filter, self.polled))
    }
}

impl SavedArrived {
    pub(super) fn new((number, sent): (&u64, &Arc<SentTransaction>)) -> Self {
        Self {
            number: *number,
            sender: sent.signer(),
            hash: *sent.tx_hash(),
            envelope: sent.encoded_2718().into(),
        }
    }

    /// Returns the transaction with the number of its arrival.
    pub(super) fn restore(self) -> Result<(u64, SentTransaction), RestoreError> {
        let envelope = EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(&self.envelope)?;
        let envelope = with_hash(envelope, self.hash);
        let sent = SentTransaction::new_unchecked(envelope, self.sender);
        Ok((self.number, sent))
    }
}

impl SavedSubscription {
    pub(super) fn new(Subscription { id, topic }: &Subscription) -> Self {
        let topic = match topic {
            Topic::Heads => SavedTopic::plain(BLOCKS),
            Topic::Logs(filter) => SavedTopic::logs(filter),
            Topic::Hashes => SavedTopic::plain(HASHES),
            Topic::Transactions => SavedTopic::plain(TRANSACTIONS),
            Topic::Receipts(hashes) => SavedTopic {
                hashes: hashes.iter().copied().collect(),
                ..SavedTopic::plain(RECEIPTS)
            },
            Topic::Syncing => SavedTopic::plain(SYNCING),
        };
        Self { id: *id, topic }
    }

    pub(super) fn restore(self) -> Result<Subscription, RestoreError> {
        Ok(Subscription {
            id: self.id,
            topic: self.topic.restore()?,
        })
    }
}

impl SavedTopic {
    const fn plain(kind: u8) -> Self {
        Self {
            kind,
            filter: Bytes::new(),
            hashes: Vec::new(),
        }
    }

    fn logs(filter: &LogFilter) -> Self {
        Self {
            filter: Bytes::copy_from_slice(filter.request().as_bytes()),
            ..Self::plain(LOGS)
        }
    }

    fn restore(&self) -> Result<Topic, RestoreError> {
        Ok(match self.kind {
            BLOCKS => Topic::Heads,
            LOGS => {
                let request = serde_json::from_slice(&self.filter)?;
                let filter = LogFilter::new(request);
                Topic::Logs(Arc::new(
                    filter.map_err(|_| RestoreError::Missing("such filter"))?,
                ))
            }
            HASHES => Topic::Hashes,
            TRANSACTIONS => Topic::Transactions,
            RECEIPTS => Topic::Receipts(Arc::new(self.hashes.iter().copied().collect())),
            SYNCING => Topic::Syncing,
            _ => return Err(RestoreError::Missing("such topic")),
        })
    }
}
