//! What clients of a node want to hear of, as bytes.

use super::{
    super::{Filter, Topic},
    RestoreError,
};
use alloy_primitives::{B256, Bytes, U64};
use alloy_rlp_derive::{RlpDecodable, RlpEncodable};
use alloy_rpc_types_eth::Filter as LogFilter;
use std::sync::Arc;

/// A filter that a client asks from time to time.
#[derive(RlpEncodable, RlpDecodable)]
pub(super) struct SavedFilter {
    number: U64,
    topic: SavedTopic,
    next: u64,
    hashes: Vec<B256>,
}

/// A subscription, without what is still to be told.
#[derive(RlpEncodable, RlpDecodable)]
pub(super) struct SavedSubscription {
    number: U64,
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
const TRANSACTIONS: u8 = 2;
const RECEIPTS: u8 = 3;
const SYNCING: u8 = 4;

impl SavedFilter {
    pub(super) fn new((number, filter): (&U64, &Filter)) -> Self {
        let (topic, next, hashes) = match filter {
            Filter::Blocks { next } => (SavedTopic::plain(BLOCKS), *next, Vec::new()),
            Filter::Logs { filter, next } => (SavedTopic::logs(filter), *next, Vec::new()),
            Filter::Transactions { hashes } => (SavedTopic::plain(TRANSACTIONS), 0, hashes.clone()),
        };
        Self {
            number: *number,
            topic,
            next,
            hashes,
        }
    }

    pub(super) fn restore(self) -> Result<(U64, Filter), RestoreError> {
        let Self { next, hashes, .. } = self;
        let filter = match self.topic.restore()? {
            Topic::Heads => Filter::Blocks { next },
            Topic::Logs(filter) => Filter::Logs { filter, next },
            Topic::Transactions => Filter::Transactions { hashes },
            Topic::Receipts(_) | Topic::Syncing => {
                return Err(RestoreError::Missing("such filter"));
            }
        };
        Ok((self.number, filter))
    }
}

impl SavedSubscription {
    pub(super) fn new((number, topic): (&U64, &Topic)) -> Self {
        let topic = match topic {
            Topic::Heads => SavedTopic::plain(BLOCKS),
            Topic::Logs(filter) => SavedTopic::logs(filter),
            Topic::Transactions => SavedTopic::plain(TRANSACTIONS),
            Topic::Receipts(hashes) => SavedTopic {
                hashes: hashes.iter().copied().collect(),
                ..SavedTopic::plain(RECEIPTS)
            },
            Topic::Syncing => SavedTopic::plain(SYNCING),
        };
        Self {
            number: *number,
            topic,
        }
    }

    pub(super) fn restore(self) -> Result<(U64, Topic), RestoreError> {
        Ok((self.number, self.topic.restore()?))
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
        // It came as JSON, so it can be written as JSON; what could not is refused when it is read.
        let filter = serde_json::to_vec(filter).unwrap_or_default().into();
        Self {
            filter,
            ..Self::plain(LOGS)
        }
    }

    fn restore(&self) -> Result<Topic, RestoreError> {
        Ok(match self.kind {
            BLOCKS => Topic::Heads,
            LOGS => Topic::Logs(Arc::new(serde_json::from_slice::<LogFilter>(&self.filter)?)),
            TRANSACTIONS => Topic::Transactions,
            RECEIPTS => Topic::Receipts(Arc::new(self.hashes.iter().copied().collect())),
            SYNCING => Topic::Syncing,
            _ => return Err(RestoreError::Missing("such topic")),
        })
    }
}
