//! What one request may cost.

use super::{Host, Memory};
use crate::{
    interrupt::{Interrupt, Watch, memory_limit, time_limit},
    rpc::{self, RequestLimits, RpcError},
    simulate::CallLimits,
    trace::TraceLimits,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::atomic::Ordering::Relaxed, time::Duration};

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
        let in_memory = host
            .memory
            .map(|Memory { in_use, .. }| memory_limit(in_use, self.bytes(host)));
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
            answer_bytes: answer.min(bytes / 4),
        }
    }
}
