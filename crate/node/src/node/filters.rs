//! Open filters, and what came into the pool for them.

use super::{
    RequestContext,
    limits::{
        FILTER_LIFETIME_MS, MOST_ARRIVALS, MOST_ARRIVED_BYTES, MOST_FILTERS, MOST_TOPIC_BYTES,
    },
};
use crate::rpc::{LogFilter, RpcError};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::U128;
use parevm::build::SentTransaction;
use rpds::RedBlackTreeMapSync;
use std::sync::Arc;

/// Id of a filter or a subscription: 16 random bytes, which JSON-RPC writes as a quantity.
pub(crate) type EventId = U128;

/// Open filters, and what came into the pool for them. A copy is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Filters {
    pub(super) open: RedBlackTreeMapSync<EventId, OpenFilter>,
    /// Transactions by the number of their arrival. All filters share them, each begins at its own number.
    pub(super) arrivals: RedBlackTreeMapSync<u64, Arc<SentTransaction>>,
    /// Number of the next arrival.
    pub(super) next_arrival: u64,
    /// Bytes of the arrivals.
    arrived_bytes: usize,
}

/// Filter with the time of its last poll.
#[derive(Clone, Debug)]
pub(crate) struct OpenFilter {
    pub(super) filter: Filter,
    /// Time of the host in milliseconds when it was polled last, or opened.
    pub(super) polled: u64,
}

/// Subject of a filter, and where its next poll begins.
#[derive(Clone, Debug)]
pub(crate) enum Filter {
    /// Blocks from this height on, but reserved ones.
    Blocks { next: u64 },
    /// Logs in blocks from this height on.
    Logs { filter: Arc<LogFilter>, next: u64 },
    /// Transactions that came into the pool, from this arrival on.
    Arrivals { kind: Arrivals, next: u64 },
}

/// Form in which a filter gives transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrivals {
    /// By hash.
    Hashes,
    /// Whole, without blobs.
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
    /// Opens a filter under `id`, or under the next one that is free, which is returned. `now` is the time of
    /// the host in milliseconds.
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
        if self.open.size() >= MOST_FILTERS {
            let reason = format!("{MOST_FILTERS} filters are open: uninstall one");
            return Err(RpcError::limit(reason));
        }
        let filters = self.open.values().map(|open| &open.filter);
        let bytes = filters.chain([&filter]).map(Filter::size);
        if bytes.sum::<usize>() > MOST_TOPIC_BYTES {
            return Err(too_many_topics());
        }
        let id = free(id, |id| self.open.contains_key(id));
        self.put(id, filter, now);
        Ok(id)
    }

    pub(super) fn put(&mut self, id: EventId, filter: Filter, polled: u64) {
        self.open.insert_mut(id, OpenFilter { filter, polled });
    }

    /// Closes a filter; false where there is none at `now` (ms).
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

    /// The filter with this id that is open at `now` (ms).
    pub(crate) fn get(&self, id: EventId, now: u64) -> Result<&Filter, RpcError> {
        let open = self.open.get(&id).filter(|open| open.is_alive(now));
        open.map(|open| &open.filter).ok_or_else(unknown)
    }

    /// Returns the filter as this poll finds it. The next one begins above the block at height `head`, and after
    /// what has arrived.
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

    /// Number of the next arrival.
    pub(crate) const fn next_arrival(&self) -> u64 {
        self.next_arrival
    }

    /// Transactions that came from the arrival with this number on, as far as they are kept.
    pub(crate) fn arrived(&self, from: u64) -> impl Iterator<Item = &SentTransaction> {
        self.arrivals.range(from..).map(|(_, sent)| &**sent)
    }

    /// Drops arrivals that every filter has given.
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

    /// The lowest arrival that a filter has not given yet; `None` where no filter is about the pool.
    fn oldest(&self) -> Option<u64> {
        let next = |open: &OpenFilter| match open.filter {
            Filter::Arrivals { next, .. } => Some(next),
            Filter::Blocks { .. } | Filter::Logs { .. } => None,
        };
        self.open.values().filter_map(next).min()
    }

    /// A transaction came into the pool.
    pub(super) fn on_transaction(&mut self, transaction: &SentTransaction, now: u64) {
        self.expire(now);
        if self.oldest().is_some() {
            self.keep(self.next_arrival, transaction.clone());
        }
        self.next_arrival += 1;
    }

    /// Keeps an arrival, and drops the oldest ones where they are too many.
    pub(super) fn keep(&mut self, number: u64, transaction: SentTransaction) {
        self.arrived_bytes += transaction.encode_2718_len();
        self.arrivals.insert_mut(number, Arc::new(transaction));
        while self.arrivals.size() > MOST_ARRIVALS || self.arrived_bytes > MOST_ARRIVED_BYTES {
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

    /// Closes filters whose time is over at `now` (ms).
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

    /// The chain ends at this height again: what comes above it is new.
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
    /// True until it was not polled for [`FILTER_LIFETIME_MS`]. A host whose clock is set back ends none.
    const fn is_alive(&self, now: u64) -> bool {
        now.saturating_sub(self.polled) <= FILTER_LIFETIME_MS
    }
}

impl Filter {
    /// Bytes of its addresses and topics.
    fn size(&self) -> usize {
        match self {
            Self::Logs { filter, .. } => filter.size(),
            Self::Blocks { .. } | Self::Arrivals { .. } => 0,
        }
    }

    /// Height at which the next poll begins, where it is about blocks.
    const fn next_block(&self) -> Option<u64> {
        match self {
            Self::Blocks { next } | Self::Logs { next, .. } => Some(*next),
            Self::Arrivals { .. } => None,
        }
    }
}

/// Returns `id`, or the next one that `is_taken` does not know. Hosts give other bytes to each request, so that
/// it is `id`.
pub(super) fn free(id: EventId, is_taken: impl Fn(&EventId) -> bool) -> EventId {
    let mut free = id;
    while is_taken(&free) {
        free = free.wrapping_add(U128::ONE);
    }
    free
}

pub(super) fn too_many_topics() -> RpcError {
    let reason = format!("addresses and topics take more than {MOST_TOPIC_BYTES} bytes");
    RpcError::limit(reason)
}

fn unknown() -> RpcError {
    RpcError::server("filter not found".to_owned())
}
