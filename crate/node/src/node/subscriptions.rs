//! Subscriptions of `eth_subscribe` and their notifications.

use super::{
    event_id::{EventId, free},
    filters::too_many_topics,
    limits::{MAX_NOTIFIED_BYTES, MAX_SUBSCRIPTIONS, MAX_TOPIC_BYTES},
};
use crate::{
    chain::Chain,
    object::{block::head_of, log::logs_of, pending, receipt},
    request::{Json, LogFilter, RpcError, reply},
};
use alloy_primitives::{B256, map::HashMap};
use alloy_rpc_types_eth::Log;
use parevm::build::{ExecutedBlock, SentTransaction};
use rpds::RedBlackTreeMapSync;
use std::{collections::BTreeSet, sync::Arc};

/// Open subscriptions and their pending notifications.
#[derive(Clone, Debug)]
pub(crate) struct Subscriptions {
    /// Subscriptions in the order in which they were opened.
    pub(super) open: RedBlackTreeMapSync<u64, Subscription>,
    /// Number of the next subscription.
    count: u64,
    /// Pending notifications: each the `params` of an `eth_subscription`.
    notifications: Vec<Json>,
    /// Bytes of the pending notifications by subscription.
    notified: HashMap<EventId, usize>,
}

/// Subject of a subscription with its id.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) id: EventId,
    pub(super) topic: Topic,
}

/// Subject of a subscription.
#[derive(Clone, Debug)]
pub(crate) enum Topic {
    /// Each new block.
    Heads,
    /// Logs that match a filter.
    Logs(Arc<LogFilter>),
    /// Hash of each transaction that enters the pool.
    Hashes,
    /// Each transaction that enters the pool.
    Transactions,
    /// Receipts of each new block: of these transactions, or of all if the set is empty.
    Receipts(Arc<BTreeSet<B256>>),
    /// Whether the node is syncing, which it never is.
    Syncing,
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl Subscriptions {
    /// Creates the set of `open` subscriptions, in the order in which they were opened, without notifications.
    pub(super) fn of(open: Vec<Subscription>) -> Self {
        Self {
            count: open.len() as u64,
            open: (0..).zip(open).collect(),
            notifications: Vec::new(),
            notified: HashMap::default(),
        }
    }

    /// Opens a subscription under `id`, or under the next free id, which is returned.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: too many subscriptions are open, or they hold too many addresses and topics.
    pub(crate) fn open(&mut self, id: EventId, topic: Topic) -> Result<EventId, RpcError> {
        if self.open.size() >= MAX_SUBSCRIPTIONS {
            let reason = format!("{MAX_SUBSCRIPTIONS} subscriptions are open: end one");
            return Err(RpcError::limit(reason));
        }
        let topics = self.open.values().map(|open| &open.topic);
        let bytes = topics.chain([&topic]).map(Topic::size);
        if bytes.sum::<usize>() > MAX_TOPIC_BYTES {
            return Err(too_many_topics());
        }
        let id = free(id, |id| self.position(*id).is_some());
        let is_syncing = matches!(topic, Topic::Syncing);
        self.open.insert_mut(self.count, Subscription { id, topic });
        self.count += 1;
        if is_syncing {
            self.notify(id, &reply(false)?);
        }
        Ok(id)
    }

    pub(crate) fn close(&mut self, id: EventId) -> bool {
        let position = self.position(id);
        position.is_some_and(|position| self.open.remove_mut(&position))
    }

    pub(super) fn take(&mut self) -> Vec<Json> {
        self.notified.clear();
        std::mem::take(&mut self.notifications)
    }

    /// Notifies of a new block of `chain`.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: a notification cannot be written as JSON.
    pub(super) fn on_block(
        &mut self,
        chain: &Chain,
        block: &ExecutedBlock,
    ) -> Result<(), RpcError> {
        let (mut head, mut receipts) = (None, None);
        for Subscription { id, topic } in self.open.clone().values() {
            match topic {
                Topic::Heads => {
                    let head = match &head {
                        Some(head) => head,
                        None => &*head.insert(reply(head_of(block))?),
                    };
                    self.notify(*id, head);
                }
                Topic::Logs(filter) if filter.covers(block.number()) => {
                    for log in logs_of(block, filter) {
                        self.notify(*id, &reply(log)?);
                    }
                }
                Topic::Receipts(hashes) => {
                    let all = receipts.get_or_insert_with(|| receipt::all(chain, block));
                    let wanted = all.iter().filter(|receipt| {
                        hashes.is_empty() || hashes.contains(&receipt.transaction_hash)
                    });
                    let wanted: Vec<_> = wanted.collect();
                    if !wanted.is_empty() {
                        self.notify(*id, &reply(wanted)?);
                    }
                }
                Topic::Logs(_) | Topic::Hashes | Topic::Transactions | Topic::Syncing => {}
            }
        }
        Ok(())
    }

    /// Notifies of the logs of a removed block.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: a log cannot be written as JSON.
    pub(super) fn on_removed(&mut self, block: &ExecutedBlock) -> Result<(), RpcError> {
        for Subscription { id, topic } in self.open.clone().values() {
            if let Topic::Logs(filter) = topic
                && filter.covers(block.number())
            {
                for log in logs_of(block, filter) {
                    let log = Log {
                        removed: true,
                        ..log
                    };
                    self.notify(*id, &reply(log)?);
                }
            }
        }
        Ok(())
    }

    /// Notifies of a transaction that entered the pool.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: it cannot be written as JSON.
    pub(super) fn on_transaction(&mut self, transaction: &SentTransaction) -> Result<(), RpcError> {
        let mut whole = None;
        for Subscription { id, topic } in self.open.clone().values() {
            match topic {
                Topic::Hashes => self.notify(*id, &reply(transaction.tx_hash())?),
                Topic::Transactions => {
                    let whole = match &whole {
                        Some(whole) => whole,
                        None => &*whole.insert(reply(pending::json(transaction)?)?),
                    };
                    self.notify(*id, whole);
                }
                Topic::Heads | Topic::Logs(_) | Topic::Receipts(_) | Topic::Syncing => {}
            }
        }
        Ok(())
    }

    /// Stores a notification for the host, if the share of its subscription has room.
    fn notify(&mut self, id: EventId, result: &Json) {
        let share = MAX_NOTIFIED_BYTES / self.open.size().max(1);
        let params = format!(
            r#"{{"subscription":"{id:#x}","result":{}}}"#,
            result.as_str()
        );
        let taken = self.notified.entry(id).or_default();
        // The first notification always has room, as a subscriber expects even a large block.
        if *taken == 0 || taken.saturating_add(params.len()) <= share {
            *taken += params.len();
            self.notifications.push(Json::of(params));
        }
    }

    /// Returns the number of the subscription with this id.
    fn position(&self, id: EventId) -> Option<u64> {
        let mut open = self.open.iter();
        let found = open.find(|(_, subscription)| subscription.id == id);
        found.map(|(position, _)| *position)
    }
}

impl Topic {
    /// Returns the size of addresses, topics and hashes in bytes.
    fn size(&self) -> usize {
        match self {
            Self::Logs(filter) => filter.size(),
            Self::Receipts(hashes) => hashes.len() * size_of::<B256>(),
            Self::Heads | Self::Hashes | Self::Transactions | Self::Syncing => 0,
        }
    }
}
