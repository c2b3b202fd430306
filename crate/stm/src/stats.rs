//! What a run cost.

use crate::sync::{AtomicU32, Ordering};

/// Counts of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Complete runs of transactions, first runs and re-runs.
    pub executions: u32,
    /// Runs in final mode, after a failed validation.
    pub re_executions: u32,
    /// Times a run was set aside until a lower transaction was done.
    pub waits: u32,
}

#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) re_executions: Counter,
    pub(crate) waits: Counter,
}

impl Counters {
    /// The counts of a run of `count` transactions that has ended well.
    pub(crate) fn read(&self, count: u32) -> Stats {
        let re_executions = self.re_executions.get();
        Stats {
            executions: count + re_executions,
            re_executions,
            waits: self.waits.get(),
        }
    }

    /// How often a transaction was in the way of a higher one so far.
    pub(crate) fn conflicts(&self) -> u32 {
        self.re_executions.get() + self.waits.get()
    }
}

#[derive(Default)]
pub(crate) struct Counter(AtomicU32);

impl Counter {
    pub(crate) fn raise(&self) {
        // Relaxed: read after the workers have joined.
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
