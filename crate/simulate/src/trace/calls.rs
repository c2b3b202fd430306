//! Call frames as `callTracer` shows them: logs have numbers, and some frames none.
//!
//! geth's state counts the logs of a block and gives the numbers of reverted logs back, so that a log
//! has the number that it has in the receipts. It also counts what a tracer does not show.

use super::options::CallOptions;
use alloy_rpc_types_trace::geth::{CallFrame, CallLogFrame};

/// A log or a call, in the order of execution.
enum Event<'a> {
    Log(&'a mut CallLogFrame),
    Call(&'a mut CallFrame),
}

/// Numbers the logs of `root` and of the calls in it from `next` on. Reverted logs are left out: geth
/// does so too, but for revm-inspectors, which keeps those of the transaction itself.
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

/// Leaves out what the options do not ask for. Where calls are left out, every log comes before the first.
pub(super) fn narrow(root: &mut CallFrame, options: &CallOptions) {
    if options.only_top_call() {
        root.calls.clear();
        for log in &mut root.logs {
            log.position = Some(0);
        }
    }
}
