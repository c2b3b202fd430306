//! Open filters of `eth_newFilter` and its siblings.

use super::{
    EventId, RequestContext,
    event_id::free,
    limits::{FILTER_LIFETIME_MS, MAX_ARRIVALS, MAX_ARRIVED_BYTES, MAX_FILTERS, MAX_TOPIC_BYTES},
};
use crate::request::{LogFilter, RpcError};
use alloy_eips::eip2718::Encodable2718;
use parevm::build::SentTransaction;
use rpds::RedBlackTreeMapSync;
use std::sync::Arc;

/// Open filters, and the pending transactions that they have not returned yet. A copy is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Filters {
    pub(super) open: RedBlackTreeMapSync<EventId, OpenFilter>,
    /// Transactions by the number of their arrival, shared by all filters.
    pub(super) arrivals: RedBlackTreeMapSync<u64, Arc<SentTransaction>>,
    /// Number of the next arrival.
    pub(super) next_arrival: u64,
    /// Size of the arrivals in bytes.
    arrived_bytes: usize,
}

/// Filter with the time of its last poll.
#[derive(Clone, Debug)]
pub(crate) struct OpenFilter {
    pub(super) filter: Filter,
    /// Time of the host in milliseconds at the last poll, or when it was opened.
    pub(super) polled: u64,
}

/// Subject of a filter, and the start of its next poll.
#[derive(Clone, Debug)]
pub(crate) enum Filter {
    /// Blocks from this height on, without reserved blocks.
    Blocks { next: u64 },
    /// Logs in blocks from this height on.
    Logs { filter: Arc<LogFilter>, next: u64 },
    /// Transactions that entered the pool, from this arrival on.
    Arrivals { kind: Arrivals, next: u64 },
}

/// Form of the transactions of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrivals {
    /// Hashes.
    Hashes,
    /// Whole transactions, without blobs.
    Transactions,
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            open: RedBlackTreeMapSync::new_sync(),
            arrivals: RedBlackTreeMapSync::new_sync(),
            next_arrival: 0,
            arrived_bytes: 0,
        }
    }
}

impl Filters {
    /// Opens a filter under `id`, or under the next free id, which is returned. `now` is the time of the host in
    /// milliseconds.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: too many filters are open, or they hold too many addresses and topics.
    pub(crate) fn open(
        &mut self,
        id: EventId,
        filter: Filter,
        now: u64,
    ) -> Result<EventId, RpcError> {
        self.expire(now);
        if self.open.size() >= MAX_FILTERS {
            let reason = format!("{MAX_FILTERS} filters are open: uninstall one");
            return Err(RpcError::limit(reason));
        }
        let filters = self.open.values().map(|open| &open.filter);
        let bytes = filters.chain([&filter]).map(Filter::size);
        if bytes.sum::<usize>() > MAX_TOPIC_BYTES {
            return Err(too_many_topics());
        }
        let id = free(id, |id| self.open.contains_key(id));
        self.put(id, filter, now);
        Ok(id)
    }

    pub(super) fn put(&mut self, id: EventId, filter: Filter, polled: u64) {
        self.open.insert_mut(id, OpenFilter { filter, polled });
    }

    /// Closes a filter; returns false if none is open at `now` (ms).
    pub(crate) fn close(&mut self, id: EventId, now: u64) -> bool {
        let was_open = self.get(id, now).is_ok();
        self.open.remove_mut(&id);
        self.forget();
        was_open
    }

    /// Closes all filters.
    pub(super) fn clear(&mut self) {
        *self = Self {
            next_arrival: self.next_arrival,
            ..Self::default()
        };
    }

    /// Returns the filter with this id that is open at `now` (ms).
    pub(crate) fn get(&self, id: EventId, now: u64) -> Result<&Filter, RpcError> {
        let open = self.open.get(&id).filter(|open| open.is_alive(now));
        open.map(|open| &open.filter).ok_or_else(unknown)
    }

    /// Returns the filter before this poll. The next poll starts above the block at height `head`, and after the last
    /// arrival.
    pub(crate) fn poll(
        &mut self,
        id: EventId,
        context: &RequestContext<'_>,
        head: u64,
    ) -> Result<Filter, RpcError> {
        let now = context.now;
        let open = self.open.get(&id);
        let open = open.filter(|open| context.is_repeat || open.is_alive(now));
        let found = open.ok_or_else(unknown)?.filter.clone();
        let mut moved = found.clone();
        match &mut moved {
            Filter::Blocks { next } | Filter::Logs { next, .. } => *next = head.saturating_add(1),
            Filter::Arrivals { next, .. } => *next = self.next_arrival,
        }
        self.put(id, moved, now);
        Ok(found)
    }

    /// Returns the number of the next arrival.
    pub(crate) const fn next_arrival(&self) -> u64 {
        self.next_arrival
    }

    /// Returns the stored arrivals from this number on.
    pub(crate) fn arrived(&self, from: u64) -> impl Iterator<Item = &SentTransaction> {
        self.arrivals.range(from..).map(|(_, sent)| &**sent)
    }

    /// Drops arrivals that every filter has returned.
    pub(crate) fn forget(&mut self) {
        if self.arrivals.is_empty() {
            return;
        }
        let oldest = self.oldest().unwrap_or(self.next_arrival);
        while let Some((first, _)) = self.arrivals.first()
            && *first < oldest
        {
            self.drop_first();
        }
    }

    /// Returns the lowest arrival that some filter has not returned yet; `None` without filters of the pool.
    fn oldest(&self) -> Option<u64> {
        let next = |open: &OpenFilter| match open.filter {
            Filter::Arrivals { next, .. } => Some(next),
            Filter::Blocks { .. } | Filter::Logs { .. } => None,
        };
        self.open.values().filter_map(next).min()
    }

    /// Handles a transaction that entered the pool.
    pub(super) fn on_transaction(&mut self, transaction: &SentTransaction, now: u64) {
        self.expire(now);
        if self.oldest().is_some() {
            self.keep(self.next_arrival, transaction.clone());
        }
        self.next_arrival += 1;
    }

    /// Stores an arrival, and drops the oldest ones above the limits.
    pub(super) fn keep(&mut self, number: u64, transaction: SentTransaction) {
        self.arrived_bytes += transaction.encode_2718_len();
        self.arrivals.insert_mut(number, Arc::new(transaction));
        while self.arrivals.size() > MAX_ARRIVALS || self.arrived_bytes > MAX_ARRIVED_BYTES {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        let first = self.arrivals.first();
        let Some((number, bytes)) = first.map(|(number, sent)| (*number, sent.encode_2718_len()))
        else {
            return;
        };
        self.arrived_bytes = self.arrived_bytes.saturating_sub(bytes);
        self.arrivals.remove_mut(&number);
    }

    /// Closes filters that have expired at `now` (ms).
    fn expire(&mut self, now: u64) {
        let open = self.open.iter();
        let over: Vec<_> = open
            .filter(|(_, open)| !open.is_alive(now))
            .map(|(id, _)| *id)
            .collect();
        for id in &over {
            self.open.remove_mut(id);
        }
        if !over.is_empty() {
            self.forget();
        }
    }

    /// Handles a rollback to the height `head`: blocks above it are new.
    pub(super) fn rewind(&mut self, head: u64) {
        let above = head.saturating_add(1);
        let open = self.open.iter();
        let late: Vec<_> = open
            .filter(|(_, open)| open.filter.next_block().is_some_and(|next| next > above))
            .map(|(id, open)| (*id, open.clone()))
            .collect();
        for (id, mut open) in late {
            if let Filter::Blocks { next } | Filter::Logs { next, .. } = &mut open.filter {
                *next = above;
            }
            self.open.insert_mut(id, open);
        }
    }
}

impl OpenFilter {
    /// Returns true until [`FILTER_LIFETIME_MS`] after the last poll. A host clock that is set back expires no
    /// filter.
    const fn is_alive(&self, now: u64) -> bool {
        now.saturating_sub(self.polled) <= FILTER_LIFETIME_MS
    }
}

impl Filter {
    /// Returns the size of its addresses and topics in bytes.
    fn size(&self) -> usize {
        match self {
            Self::Logs { filter, .. } => filter.size(),
            Self::Blocks { .. } | Self::Arrivals { .. } => 0,
        }
    }

    /// Returns the height at which the next poll starts, for a filter of blocks or logs.
    const fn next_block(&self) -> Option<u64> {
        match self {
            Self::Blocks { next } | Self::Logs { next, .. } => Some(*next),
            Self::Arrivals { .. } => None,
        }
    }
}

pub(super) fn too_many_topics() -> RpcError {
    let reason = format!("addresses and topics take more than {MAX_TOPIC_BYTES} bytes");
    RpcError::limit(reason)
}

fn unknown() -> RpcError {
    RpcError::server("filter not found".to_owned())
}
