//! Saved filters and subscriptions.

use super::{
    super::{Arrivals, Filter, Topic, filters::OpenFilter, subscriptions::Subscription},
    RestoreError,
};
use crate::{chain::with_hash, node::EventId, request::LogFilter};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256, Bytes};
use parevm::build::SentTransaction;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Open filter.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedFilter {
    id: u128,
    kind: FilterKind,
    /// Height or arrival at which the next poll begins.
    next: u64,
    /// Time of the last poll in milliseconds.
    polled: u64,
}

/// Subject of a filter.
#[derive(Serialize, Deserialize)]
enum FilterKind {
    Blocks,
    /// JSON of the log filter.
    Logs(String),
    Hashes,
    Transactions,
}

/// Transaction that entered the pool and that some filter has not returned yet.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedArrival {
    number: u64,
    sender: Address,
    /// Hash of the transaction, which may differ from the hash of its bytes: see [`with_hash`].
    hash: B256,
    /// EIP-2718 encoding, without blobs.
    envelope: Bytes,
}

/// Subscription, without its pending notifications.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedSubscription {
    id: u128,
    topic: SavedTopic,
}

/// Subject of a subscription.
#[derive(Serialize, Deserialize)]
enum SavedTopic {
    Heads,
    /// JSON of the log filter.
    Logs(String),
    Hashes,
    Transactions,
    /// Hashes of the transactions; empty for all.
    Receipts(Vec<B256>),
    Syncing,
}

impl SavedFilter {
    pub(super) fn new((id, OpenFilter { filter, polled }): (&EventId, &OpenFilter)) -> Self {
        let (kind, next) = match filter {
            Filter::Blocks { next } => (FilterKind::Blocks, next),
            Filter::Logs { filter, next } => (FilterKind::Logs(filter.request().to_owned()), next),
            Filter::Arrivals { kind, next } => match kind {
                Arrivals::Hashes => (FilterKind::Hashes, next),
                Arrivals::Transactions => (FilterKind::Transactions, next),
            },
        };
        Self {
            id: id.to(),
            kind,
            next: *next,
            polled: *polled,
        }
    }

    /// Returns the filter with its id and the time of its last poll.
    pub(super) fn restore(self) -> Result<(EventId, Filter, u64), RestoreError> {
        let next = self.next;
        let arrivals = |kind| Filter::Arrivals { kind, next };
        let filter = match self.kind {
            FilterKind::Blocks => Filter::Blocks { next },
            FilterKind::Logs(json) => Filter::Logs {
                filter: log_filter(&json)?,
                next,
            },
            FilterKind::Hashes => arrivals(Arrivals::Hashes),
            FilterKind::Transactions => arrivals(Arrivals::Transactions),
        };
        Ok((EventId::from(self.id), filter, self.polled))
    }
}

impl SavedArrival {
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
            Topic::Heads => SavedTopic::Heads,
            Topic::Logs(filter) => SavedTopic::Logs(filter.request().to_owned()),
            Topic::Hashes => SavedTopic::Hashes,
            Topic::Transactions => SavedTopic::Transactions,
            Topic::Receipts(hashes) => SavedTopic::Receipts(hashes.iter().copied().collect()),
            Topic::Syncing => SavedTopic::Syncing,
        };
        Self { id: id.to(), topic }
    }

    pub(super) fn restore(self) -> Result<Subscription, RestoreError> {
        let topic = match self.topic {
            SavedTopic::Heads => Topic::Heads,
            SavedTopic::Logs(json) => Topic::Logs(log_filter(&json)?),
            SavedTopic::Hashes => Topic::Hashes,
            SavedTopic::Transactions => Topic::Transactions,
            SavedTopic::Receipts(hashes) => Topic::Receipts(Arc::new(hashes.into_iter().collect())),
            SavedTopic::Syncing => Topic::Syncing,
        };
        Ok(Subscription {
            id: EventId::from(self.id),
            topic,
        })
    }
}

fn log_filter(json: &str) -> Result<Arc<LogFilter>, RestoreError> {
    let filter = LogFilter::new(serde_json::from_str(json).map_err(RestoreError::Filter)?);
    Ok(Arc::new(filter.map_err(RestoreError::LogFilter)?))
}
