//! What one request may cost.

use super::{Host, Memory};
use crate::{
    Engine,
    interrupt::{Interrupt, Watch, memory_limit, time_limit},
    rpc::RequestLimits,
    simulate::CallLimits,
    trace::TraceLimits,
};
use serde::{Deserialize, Serialize};
use std::{sync::atomic::Ordering::Relaxed, time::Duration};

/// What one request may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NodeLimits {
    /// Milliseconds. Default: 10,000.
    pub time: u64,
    /// Bytes, where the host measures them. An eighth of it is what the memory of contracts may take, and
    /// what a trace or a report may record. Default: 512 MiB.
    pub memory: u64,
    /// Gas of one call that is tried. Default: 50,000,000.
    pub gas: u64,
}

impl Default for NodeLimits {
    fn default() -> Self {
        Self {
            time: 10_000,
            memory: 512 << 20,
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
        let memory = usize::try_from(self.memory).unwrap_or(usize::MAX);
        let in_memory = host
            .memory
            .map(|Memory { in_use, free }| memory_limit(in_use, memory.min(free)));
        let cancel = host.cancel;
        move || {
            if cancel.is_some_and(|flag| flag.load(Relaxed)) {
                return Some(Interrupt::Cancelled);
            }
            let in_time = in_time.as_ref().and_then(|ask| ask());
            in_time.or_else(|| in_memory.as_ref().and_then(|ask| ask()))
        }
    }

    /// The limits of one request, which `watch` ends.
    pub(super) fn of_request<'a>(&self, engine: &'a Engine, watch: Watch<'a>) -> RequestLimits<'a> {
        // Results and their JSON take a small multiple of what is recorded, and memory that grows is there
        // twice while it is copied.
        let part = usize::try_from(self.memory / 8).unwrap_or(usize::MAX);
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
            engine: Some(engine),
        }
    }
}
