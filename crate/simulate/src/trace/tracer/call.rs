//! Result of `callTracer`: log indices, and frames that the config omits.
//!
//! geth's state numbers the logs of a block and frees the numbers of reverted logs, so that a log has
//! its index in the receipts. Logs that a tracer omits count too.

use alloy_rpc_types_trace::geth::{CallFrame, CallLogFrame};
use serde::Deserialize;

/// Config of `callTracer`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CallTracerConfig {
    only_top_call: Option<bool>,
    with_log: Option<bool>,
}

impl CallTracerConfig {
    /// Config that records all calls with their logs.
    pub(super) const WITH_LOGS: Self = Self {
        only_top_call: None,
        with_log: Some(true),
    };

    /// Returns true if inner calls are omitted.
    pub(super) fn only_top_call(&self) -> bool {
        self.only_top_call.unwrap_or_default()
    }

    /// Returns true if logs are recorded.
    pub(super) fn with_log(&self) -> bool {
        self.with_log.unwrap_or_default()
    }
}

/// Log or call, in the order of execution.
enum Event<'a> {
    Log(&'a mut CallLogFrame),
    Call(&'a mut CallFrame),
}

/// Numbers the logs of `root` and of the calls in it from `next` on, and removes the logs of a reverted
/// root: geth has none there, `revm-inspectors` has.
pub(super) fn number_logs(root: &mut CallFrame, mut next: u64) {
    if root.error.is_some() {
        root.logs.clear();
    }
    let mut pending = vec![Event::Call(root)];
    while let Some(event) = pending.pop() {
        let frame = match event {
            Event::Log(log) => {
                log.index = Some(next);
                next += 1;
                continue;
            }
            Event::Call(frame) => frame,
        };
        let mut events = Vec::with_capacity(frame.logs.len() + frame.calls.len());
        let mut logs = frame.logs.iter_mut().peekable();
        let is_before = |log: &&mut CallLogFrame, call: usize| {
            log.position.is_none_or(|position| position <= call as u64)
        };
        for (call, inner) in frame.calls.iter_mut().enumerate() {
            while let Some(log) = logs.next_if(|log| is_before(log, call)) {
                events.push(Event::Log(log));
            }
            events.push(Event::Call(inner));
        }
        events.extend(logs.map(Event::Log));
        pending.extend(events.into_iter().rev());
    }
}

/// Removes the frames that `config` omits. Every log then precedes the first call.
pub(super) fn omit_frames(root: &mut CallFrame, config: &CallTracerConfig) {
    if config.only_top_call() {
        root.calls.clear();
        for log in &mut root.logs {
            log.position = Some(0);
        }
    }
}
