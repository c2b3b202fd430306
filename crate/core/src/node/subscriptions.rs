//! Subscriptions of `eth_subscribe`, and the notifications for them.

use crate::{
    chain::{Chain, SentTransaction, StoredBlock},
    rpc::{LogFilter, RpcError, head_of, logs_of, receipts_of, waiting_transaction},
};
use alloy_primitives::{B256, U64};
use alloy_rpc_types_eth::Log;
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Most subscriptions that are open at a time.
const MOST_SUBSCRIPTIONS: usize = 1_000;

/// Open subscriptions, and the notifications that no host has taken yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subscriptions {
    pub(super) open: BTreeMap<U64, Topic>,
    /// Number of subscriptions that ever were.
    pub(super) count: u64,
    /// Pending notifications: each the `params` of an `eth_subscription`.
    notifications: Vec<Value>,
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

impl Subscriptions {
    /// Those that are `open`, of `count` that ever were. No notification is pending.
    pub(super) const fn of(open: BTreeMap<U64, Topic>, count: u64) -> Self {
        Self {
            open,
            count,
            notifications: Vec::new(),
        }
    }

    /// Opens a subscription and returns its number.
    pub(crate) fn open(&mut self, topic: Topic) -> Result<U64, RpcError> {
        if self.open.len() >= MOST_SUBSCRIPTIONS {
            let reason = "too many subscriptions are open";
            return Err(RpcError::server(reason.to_owned()));
        }
        self.count += 1;
        let number = U64::from(self.count);
        if matches!(topic, Topic::Syncing) {
            self.notifications.push(notification(number, false));
        }
        self.open.insert(number, topic);
        Ok(number)
    }

    pub(crate) fn close(&mut self, number: U64) -> bool {
        self.open.remove(&number).is_some()
    }

    pub(super) fn take(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.notifications)
    }

    /// A block was made or imported, which is in `chain` now.
    pub(super) fn made(&mut self, chain: &Chain, block: &StoredBlock) {
        for (number, topic) in &self.open {
            match topic {
                Topic::Heads => self
                    .notifications
                    .push(notification(*number, head_of(block))),
                Topic::Logs(filter) if filter.covers(block.number()) => {
                    let logs = logs_of(block, filter).map(|log| notification(*number, log));
                    self.notifications.extend(logs);
                }
                Topic::Receipts(hashes) => {
                    let mut receipts = receipts_of(chain, block);
                    receipts.retain(|receipt| {
                        hashes.is_empty() || hashes.contains(&receipt.transaction_hash)
                    });
                    if !receipts.is_empty() {
                        self.notifications.push(notification(*number, receipts));
                    }
                }
                Topic::Logs(_) | Topic::Hashes | Topic::Transactions | Topic::Syncing => {}
            }
        }
    }

    /// A block is in the chain no more.
    pub(super) fn removed(&mut self, block: &StoredBlock) {
        for (number, topic) in &self.open {
            if let Topic::Logs(filter) = topic
                && filter.covers(block.number())
            {
                let logs = logs_of(block, filter).map(|log| {
                    let log = Log {
                        removed: true,
                        ..log
                    };
                    notification(*number, log)
                });
                self.notifications.extend(logs);
            }
        }
    }

    /// A transaction came into the pool.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: it cannot be written as JSON.
    pub(super) fn came(&mut self, transaction: &SentTransaction) -> Result<(), RpcError> {
        for (number, topic) in &self.open {
            let notification = match topic {
                Topic::Hashes => notification(*number, transaction.tx_hash()),
                Topic::Transactions => notification(*number, waiting_transaction(transaction)?),
                Topic::Heads | Topic::Logs(_) | Topic::Receipts(_) | Topic::Syncing => continue,
            };
            self.notifications.push(notification);
        }
        Ok(())
    }
}

/// Returns the `params` of an `eth_subscription`.
fn notification(subscription: U64, result: impl Serialize) -> Value {
    json!({ "subscription": subscription, "result": result })
}
