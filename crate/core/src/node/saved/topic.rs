//! What clients of a node want to hear of, as bytes.

use super::{
    super::{Filter, Topic},
    RestoreError,
};
use crate::{
    chain::{SentTransaction, with_hash},
    rpc::LogFilter,
};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256, Bytes, U64};
use alloy_rlp_derive::{RlpDecodable, RlpEncodable};
use std::sync::Arc;

/// A filter that a client asks from time to time.
#[derive(RlpEncodable, RlpDecodable)]
pub(super) struct SavedFilter {
    number: U64,
    topic: SavedTopic,
    next: u64,
    hashes: Vec<B256>,
    transactions: Vec<SavedSent>,
}

/// A transaction that was sent.
#[derive(RlpEncodable, RlpDecodable)]
struct SavedSent {
    sender: Address,
    /// By which it is known: see [`with_hash`].
    hash: B256,
    /// As EIP-2718 encodes it, without blobs.
    envelope: Bytes,
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
const HASHES: u8 = 2;
const RECEIPTS: u8 = 3;
const SYNCING: u8 = 4;
const TRANSACTIONS: u8 = 5;

impl SavedFilter {
    pub(super) fn new((number, filter): (&U64, &Filter)) -> Self {
        let mut saved = Self {
            number: *number,
            topic: SavedTopic::plain(BLOCKS),
            next: 0,
            hashes: Vec::new(),
            transactions: Vec::new(),
        };
        match filter {
            Filter::Blocks { next } => saved.next = *next,
            Filter::Logs { filter, next } => {
                saved.topic = SavedTopic::logs(filter);
                saved.next = *next;
            }
            Filter::Hashes { hashes } => {
                saved.topic = SavedTopic::plain(HASHES);
                saved.hashes.clone_from(hashes);
            }
            Filter::Transactions { transactions } => {
                saved.topic = SavedTopic::plain(TRANSACTIONS);
                saved.transactions = transactions.iter().map(SavedSent::from).collect();
            }
        }
        saved
    }

    pub(super) fn restore(self) -> Result<(U64, Filter), RestoreError> {
        let Self { next, hashes, .. } = self;
        let filter = match self.topic.restore()? {
            Topic::Heads => Filter::Blocks { next },
            Topic::Logs(filter) => Filter::Logs { filter, next },
            Topic::Hashes => Filter::Hashes { hashes },
            Topic::Transactions => {
                let transactions = self.transactions.into_iter().map(SavedSent::restore);
                let transactions = transactions.collect::<Result<_, _>>()?;
                Filter::Transactions { transactions }
            }
            Topic::Receipts(_) | Topic::Syncing => {
                return Err(RestoreError::Missing("such filter"));
            }
        };
        Ok((self.number, filter))
    }
}

impl From<&SentTransaction> for SavedSent {
    fn from(sent: &SentTransaction) -> Self {
        Self {
            sender: sent.signer(),
            hash: *sent.tx_hash(),
            envelope: sent.encoded_2718().into(),
        }
    }
}

impl SavedSent {
    fn restore(self) -> Result<SentTransaction, RestoreError> {
        let envelope = EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(&self.envelope)?;
        let envelope = with_hash(envelope, self.hash);
        Ok(SentTransaction::new_unchecked(envelope, self.sender))
    }
}

impl SavedSubscription {
    pub(super) fn new((number, topic): (&U64, &Topic)) -> Self {
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
        let filter = serde_json::to_vec(filter.request()).unwrap_or_default();
        Self {
            filter: filter.into(),
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
