//! Limits of a request and of the node.
//!
//! A client can grow each of these, so each has a bound. A request above it is refused with -32005 unless the table
//! says otherwise.
//!
//! | item | bound |
//! |---|---|
//! | everything, blocks and states included | [`is_full`]: memory for requests is at least half of the memory in use |
//! | snapshots | [`MAX_SNAPSHOTS`] |
//! | filters | [`MAX_FILTERS`]; each expires [`FILTER_LIFETIME_MS`] after its last poll |
//! | subscriptions | [`MAX_SUBSCRIPTIONS`] |
//! | addresses and topics of filters, and those of subscriptions | [`MAX_TOPIC_BYTES`] each |
//! | addresses of one filter, topics of one position | 1,000, as in go-ethereum; -32000 and -32602 |
//! | transactions that filters have not returned yet | [`MAX_ARRIVALS`] and [`MAX_ARRIVED_BYTES`]: the oldest are dropped |
//! | notifications of one request | [`MAX_NOTIFIED_BYTES`], shared by the open subscriptions: the rest is dropped |
//! | transactions in the pool | [`MAX_PENDING`](crate::pool::MAX_PENDING) and [`MAX_PENDING_BYTES`](crate::pool::MAX_PENDING_BYTES); -32000 `txpool is full`, as in go-ethereum |
//! | blobs of mined transactions | [`MAX_BLOB_BYTES`]: the oldest are dropped |
//! | impersonated accounts | [`MAX_IMPERSONATED`] |
//! | reserved blocks of one request | 2^32; -32602 |

use super::{Host, HostMemory};
use crate::request::{RequestLimits, RpcError, positional};
use parevm::interrupt::{Interrupt, Watch, memory_limit, time_limit};
use parevm_simulate::{CallLimits, trace::TraceLimits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::atomic::Ordering::Relaxed, time::Duration};

/// Maximum number of snapshots.
pub(super) const MAX_SNAPSHOTS: usize = 2_500;
/// Maximum number of open filters.
pub(super) const MAX_FILTERS: usize = 1_000;
/// Lifetime of a filter after its last poll in milliseconds, as in go-ethereum (`eth/filters/filter_system.go`).
pub(super) const FILTER_LIFETIME_MS: u64 = 5 * 60 * 1_000;
/// Maximum number of open subscriptions.
pub(super) const MAX_SUBSCRIPTIONS: usize = 1_000;
/// Maximum size of the addresses and topics of open filters in bytes, and of open subscriptions.
pub(super) const MAX_TOPIC_BYTES: usize = 16 << 20;
/// Maximum number of transactions that are stored for the next polls of filters.
pub(super) const MAX_ARRIVALS: usize = 10_000;
/// Maximum size of these transactions in bytes, without blobs.
pub(super) const MAX_ARRIVED_BYTES: usize = 4 << 20;
/// Maximum size of the notifications of one request in bytes, shared equally by the open subscriptions.
pub(super) const MAX_NOTIFIED_BYTES: usize = 32 << 20;
/// Maximum size of the blobs of mined transactions in bytes. Consensus nodes drop blobs, too.
pub(super) const MAX_BLOB_BYTES: usize = 64 << 20;
/// Maximum number of impersonated accounts.
pub(super) const MAX_IMPERSONATED: usize = 10_000;

/// Bytes that a response may always have: requests that free memory must be answered.
const LITTLE: usize = 64 << 10;

/// Returns true if the free memory of the host is less than half of the memory in use, and needed for requests and
/// for saving the node. The node then refuses changes that do not free memory.
pub(crate) fn is_full(host: &Host<'_>) -> bool {
    let short = |HostMemory { in_use, free }| free < in_use() / 2;
    host.memory.is_some_and(short)
}

/// Limits of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NodeLimits {
    /// Time in milliseconds. Default: 10,000.
    pub time: u64,
    /// Memory in bytes, if the host measures it. An eighth of it bounds the memory of contracts and the records of a
    /// trace or a report; a quarter bounds the response and the parameters. Default: 512 MiB.
    pub memory: u64,
    /// Length of the JSON text of a response in bytes. Default and maximum: a quarter of the memory.
    pub answer: u64,
    /// Gas of a call. Default: 50,000,000.
    pub gas: u64,
}

impl Default for NodeLimits {
    fn default() -> Self {
        Self {
            time: 10_000,
            memory: 512 << 20,
            answer: u64::MAX,
            gas: 50_000_000,
        }
    }
}

impl NodeLimits {
    /// Returns a watch that interrupts a request which is cancelled, or exceeds its time or memory.
    pub(crate) fn watch<'a>(
        &self,
        host: &Host<'a>,
    ) -> impl Fn() -> Option<Interrupt> + Sync + use<'a> {
        let time = Duration::from_millis(self.time);
        let in_time = host.clock.map(|clock| time_limit(clock, time));
        let in_memory = self.watch_memory(host);
        let cancel = host.cancel;
        move || {
            if cancel.is_some_and(|flag| flag.load(Relaxed)) {
                return Some(Interrupt::Cancelled);
            }
            let in_time = in_time.as_ref().and_then(|ask| ask());
            in_time.or_else(|| in_memory.as_ref().and_then(|ask| ask()))
        }
    }

    /// Returns the bytes of `host` that a request may take.
    fn bytes(&self, host: &Host<'_>) -> usize {
        let memory = usize::try_from(self.memory).unwrap_or(usize::MAX);
        host.memory
            .map_or(memory, |HostMemory { free, .. }| memory.min(free))
    }

    /// Returns a watch that interrupts a request which exceeds its memory.
    pub(crate) fn watch_memory<'a>(
        &self,
        host: &Host<'a>,
    ) -> Option<impl Fn() -> Option<Interrupt> + Sync + use<'a>> {
        let bytes = self.bytes(host);
        host.memory
            .map(|HostMemory { in_use, .. }| memory_limit(in_use, bytes))
    }

    /// Reads the parameters of a request, the JSON text of a list or of `null`. They take at most a quarter of the
    /// memory of a request.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: the text is not JSON, not a list, or too large.
    pub(super) fn read(&self, host: &Host<'_>, params: &str) -> Result<Vec<Value>, RpcError> {
        positional(params, self.bytes(host) / 4)
    }

    /// Returns the limits of one request, which `watch` interrupts.
    pub(super) fn of_request<'a>(&self, host: &Host<'a>, watch: Watch<'a>) -> RequestLimits<'a> {
        // A record also exists as a result and as the text of the response, and growing memory exists twice while it
        // is copied.
        let bytes = self.bytes(host);
        let part = bytes / 8;
        let answer = usize::try_from(self.answer).unwrap_or(usize::MAX);
        RequestLimits {
            call: CallLimits {
                gas: self.gas,
                memory: part,
                watch: Some(watch),
            },
            trace: TraceLimits {
                watch: Some(watch),
                recorded_bytes: part,
            },
            engine: Some(host.engine),
            answer_bytes: answer.min((bytes / 4).max(LITTLE)),
        }
    }
}
