//! Subscriptions of `eth_subscribe`, and the notifications for them.

use super::{
    filters::{EventId, free, too_many_topics},
    limits::{MOST_NOTIFIED_BYTES, MOST_SUBSCRIPTIONS, MOST_TOPIC_BYTES},
};
use crate::{
    chain::Chain,
    rpc::{Json, LogFilter, RpcError, head_of, logs_of, receipts_of, reply, waiting_transaction},
};
use alloy_primitives::{B256, map::HashMap};
use alloy_rpc_types_eth::Log;
use parevm::build::{ExecutedBlock, SentTransaction};
use rpds::RedBlackTreeMapSync;
use std::{collections::BTreeSet, sync::Arc};

/// Open subscriptions, and the notifications that no host has taken yet.
#[derive(Clone, Debug)]
pub(crate) struct Subscriptions {
    /// In the order in which they were opened.
    pub(super) open: RedBlackTreeMapSync<u64, Subscription>,
    /// Number of the next one.
    count: u64,
    /// Pending notifications: each the `params` of an `eth_subscription`.
    notifications: Vec<Json>,
    /// Bytes of them by subscription.
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
    /// Logs that pass a filter.
    Logs(Arc<LogFilter>),
    /// The hash of each transaction that comes into the pool.
    Hashes,
    /// Each transaction that comes into the pool.
    Transactions,
    /// The receipts of each new block: those of these transactions, or all where none is named.
    Receipts(Arc<BTreeSet<B256>>),
    /// Whether the node is behind others, which it never is.
    Syncing,
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl Subscriptions {
    /// Those that are `open`, in the order in which they were opened. No notification is pending.
    pub(super) fn of(open: Vec<Subscription>) -> Self {
        Self {
            count: open.len() as u64,
            open: (0..).zip(open).collect(),
            notifications: Vec::new(),
            notified: HashMap::default(),
        }
    }

    /// Opens a subscription under `id`, or under the next one that is free, which is returned.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: too many subscriptions are open, or they hold too many addresses and topics.
    pub(crate) fn open(&mut self, id: EventId, topic: Topic) -> Result<EventId, RpcError> {
        if self.open.size() >= MOST_SUBSCRIPTIONS {
            let reason = format!("{MOST_SUBSCRIPTIONS} subscriptions are open: end one");
            return Err(RpcError::limit(reason));
        }
        let topics = self.open.values().map(|open| &open.topic);
        let bytes = topics.chain([&topic]).map(Topic::size);
        if bytes.sum::<usize>() > MOST_TOPIC_BYTES {
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

    /// A block was made or imported, which is in `chain` now.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: what is new cannot be written as JSON.
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
                    let all = receipts.get_or_insert_with(|| receipts_of(chain, block));
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

    /// A block is in the chain no more.
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

    /// A transaction came into the pool.
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
                        None => &*whole.insert(reply(waiting_transaction(transaction)?)?),
                    };
                    self.notify(*id, whole);
                }
                Topic::Heads | Topic::Logs(_) | Topic::Receipts(_) | Topic::Syncing => {}
            }
        }
        Ok(())
    }

    /// Keeps a notification for the host, where the share of its subscription has room for it.
    fn notify(&mut self, id: EventId, result: &Json) {
        let share = MOST_NOTIFIED_BYTES / self.open.size().max(1);
        let params = format!(
            r#"{{"subscription":"{id:#x}","result":{}}}"#,
            result.as_str()
        );
        let taken = self.notified.entry(id).or_default();
        // The first one always has: to be notified of one large block is what the subscriber asked for.
        if *taken == 0 || taken.saturating_add(params.len()) <= share {
            *taken += params.len();
            self.notifications.push(Json::of(params));
        }
    }

    /// Number under which the subscription with this id is open.
    fn position(&self, id: EventId) -> Option<u64> {
        let mut open = self.open.iter();
        let found = open.find(|(_, subscription)| subscription.id == id);
        found.map(|(position, _)| *position)
    }
}

impl Topic {
    /// Bytes of its addresses, topics and hashes.
    fn size(&self) -> usize {
        match self {
            Self::Logs(filter) => filter.size(),
            Self::Receipts(hashes) => hashes.len() * size_of::<B256>(),
            Self::Heads | Self::Hashes | Self::Transactions | Self::Syncing => 0,
        }
    }
}
