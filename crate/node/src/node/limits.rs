//! What one request may cost, and what a node keeps at most.
//!
//! A client can make each of these grow, so each has a bound. What is above it is refused with -32005 unless the
//! table says otherwise.
//!
//! | what a node keeps | bound |
//! |---|---|
//! | everything together, blocks and states included | [`is_full`]: memory for requests is at least half of what is in use |
//! | snapshots | [`MOST_SNAPSHOTS`] |
//! | filters | [`MOST_FILTERS`]; each ends [`FILTER_LIFETIME_MS`] after its last poll |
//! | subscriptions | [`MOST_SUBSCRIPTIONS`] |
//! | addresses and topics of filters, and those of subscriptions | [`MOST_TOPIC_BYTES`] each |
//! | addresses of one filter, topics of one position | 1,000, as in go-ethereum, which refuses more with -32000 and -32602 |
//! | transactions that filters have not given yet | [`MOST_ARRIVALS`] and [`MOST_ARRIVED_BYTES`]: the oldest are dropped |
//! | notifications of one request | [`MOST_NOTIFIED_BYTES`], shared by the open subscriptions: the rest is dropped |
//! | transactions in the pool | [`MOST_WAITING`] and [`MOST_WAITING_BYTES`]; -32000 `txpool is full`, as in go-ethereum |
//! | blobs of mined transactions | [`MOST_BLOB_BYTES`]: the oldest are dropped |
//! | impersonated accounts | [`MOST_IMPERSONATED`] |
//! | reserved blocks of one request | 2^32; -32602 |

use super::{Host, Memory};
use crate::rpc::{self, RequestLimits, RpcError};
use parevm::interrupt::{Interrupt, Watch, memory_limit, time_limit};
use parevm_simulate::{CallLimits, trace::TraceLimits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::atomic::Ordering::Relaxed, time::Duration};

/// Most snapshots that are kept at a time.
pub(super) const MOST_SNAPSHOTS: usize = 2_500;
/// Most filters that are open at a time.
pub(super) const MOST_FILTERS: usize = 1_000;
/// Milliseconds for which a filter lives after its last poll, as in go-ethereum (`eth/filters/filter_system.go`).
pub(super) const FILTER_LIFETIME_MS: u64 = 5 * 60 * 1_000;
/// Most subscriptions that are open at a time.
pub(super) const MOST_SUBSCRIPTIONS: usize = 1_000;
/// Most bytes of the addresses and topics of open filters, and as many of open subscriptions.
pub(super) const MOST_TOPIC_BYTES: usize = 16 << 20;
/// Most transactions that are kept for the next polls of filters.
pub(super) const MOST_ARRIVALS: usize = 10_000;
/// Most bytes of these, without blobs.
pub(super) const MOST_ARRIVED_BYTES: usize = 4 << 20;
/// Most bytes of notifications of one request. Each open subscription has the same share of them.
pub(super) const MOST_NOTIFIED_BYTES: usize = 32 << 20;
/// Most transactions in the pool.
pub(super) const MOST_WAITING: usize = 10_000;
/// Most bytes of these, blobs included.
pub(super) const MOST_WAITING_BYTES: usize = 64 << 20;
/// Most bytes of the blobs of mined transactions, which consensus nodes drop, too.
pub(super) const MOST_BLOB_BYTES: usize = 64 << 20;
/// Most accounts that are impersonated at a time.
pub(super) const MOST_IMPERSONATED: usize = 10_000;

/// Bytes that an answer may have however little memory is left: what frees some has to be answered.
const LITTLE: usize = 64 << 10;

/// True when the memory of the host is needed for requests and for saving the node: what one request may take is
/// less than half of what is in use. The node then takes no change that lasts, unless that frees memory.
pub(super) fn is_full(host: &Host<'_>) -> bool {
    let short = |Memory { in_use, free }| free < in_use() / 2;
    host.memory.is_some_and(short)
}

/// What one request may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NodeLimits {
    /// Milliseconds. Default: 10,000.
    pub time: u64,
    /// Bytes, where the host measures them. An eighth of it is what the memory of contracts may take, and
    /// what a trace or a report may record; a quarter, what the text of an answer and the parameters may
    /// take. Default: 512 MiB.
    pub memory: u64,
    /// Bytes of the JSON text of one answer. Default: a quarter of the memory, which it never exceeds.
    pub answer: u64,
    /// Gas of one call that is tried. Default: 50,000,000.
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
    /// Ends what takes too much time or memory, or what nobody waits for.
    pub(super) fn watch<'a>(
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

    /// Bytes that a request may take of what `host` has.
    fn bytes(&self, host: &Host<'_>) -> usize {
        let memory = usize::try_from(self.memory).unwrap_or(usize::MAX);
        host.memory
            .map_or(memory, |Memory { free, .. }| memory.min(free))
    }

    /// Ends what takes too much memory.
    pub(super) fn watch_memory<'a>(
        &self,
        host: &Host<'a>,
    ) -> Option<impl Fn() -> Option<Interrupt> + Sync + use<'a>> {
        let bytes = self.bytes(host);
        host.memory
            .map(|Memory { in_use, .. }| memory_limit(in_use, bytes))
    }

    /// Reads the parameters of a request, which are the JSON text of a list or of `null`. They take at most a
    /// quarter of the memory that a request has.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: the text is not JSON, no list, or takes too much memory.
    pub(super) fn read(&self, host: &Host<'_>, params: &str) -> Result<Vec<Value>, RpcError> {
        rpc::positional(params, self.bytes(host) / 4)
    }

    /// The limits of one request, which `watch` ends.
    pub(super) fn of_request<'a>(&self, host: &Host<'a>, watch: Watch<'a>) -> RequestLimits<'a> {
        // What is recorded is there once more as a result, the text of the answer beside it, and memory that
        // grows is there twice while it is copied.
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
