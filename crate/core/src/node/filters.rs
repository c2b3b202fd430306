//! Who polls for what is new.

use crate::{
    chain::SentTransaction,
    rpc::{LogFilter, RpcError},
};
use alloy_primitives::{B256, U64};
use std::{collections::BTreeMap, sync::Arc};

/// Most filters that are open at a time.
const MOST_FILTERS: usize = 1_000;
/// Most hashes that one filter keeps for its next poll.
const MOST_HASHES: usize = 10_000;
/// Most whole transactions that one filter keeps for its next poll.
const MOST_TRANSACTIONS: usize = 1_000;

/// Who polls for what is new.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filters {
    pub(super) open: BTreeMap<U64, Filter>,
    /// Number of filters that ever were.
    pub(super) count: u64,
}

/// What is polled for.
#[derive(Clone, Debug)]
pub(crate) enum Filter {
    /// Blocks from this height on, but reserved ones.
    Blocks { next: u64 },
    /// Logs in blocks from this height on.
    Logs { filter: Arc<LogFilter>, next: u64 },
    /// Hashes of transactions that came into the pool.
    Hashes { hashes: Vec<B256> },
    /// Transactions that came into the pool, without blobs.
    Transactions { transactions: Vec<SentTransaction> },
}

impl Filters {
    /// Opens a filter and returns its number.
    pub(crate) fn open(&mut self, filter: Filter) -> Result<U64, RpcError> {
        if self.open.len() >= MOST_FILTERS {
            return Err(RpcError::server("too many filters are open".to_owned()));
        }
        self.count += 1;
        let number = U64::from(self.count);
        self.open.insert(number, filter);
        Ok(number)
    }

    pub(crate) fn close(&mut self, number: U64) -> bool {
        self.open.remove(&number).is_some()
    }

    pub(crate) fn get(&self, number: U64) -> Result<&Filter, RpcError> {
        self.open.get(&number).ok_or_else(unknown)
    }

    pub(crate) fn get_mut(&mut self, number: U64) -> Result<&mut Filter, RpcError> {
        self.open.get_mut(&number).ok_or_else(unknown)
    }

    /// A transaction came into the pool.
    pub(super) fn came(&mut self, transaction: &SentTransaction) {
        for filter in self.open.values_mut() {
            match filter {
                Filter::Hashes { hashes } if hashes.len() < MOST_HASHES => {
                    hashes.push(*transaction.tx_hash());
                }
                Filter::Transactions { transactions } if transactions.len() < MOST_TRANSACTIONS => {
                    transactions.push(transaction.clone());
                }
                _ => {}
            }
        }
    }

    /// The chain ends at this height again: what comes above it is new.
    pub(super) fn rewind(&mut self, head: u64) {
        for filter in self.open.values_mut() {
            if let Filter::Blocks { next } | Filter::Logs { next, .. } = filter {
                *next = (*next).min(head.saturating_add(1));
            }
        }
    }
}

fn unknown() -> RpcError {
    RpcError::server("filter not found".to_owned())
}
