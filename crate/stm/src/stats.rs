//! Counts of a parallel execution.

use crate::sync::{AtomicU32, Ordering};

/// Counts of one parallel execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Complete executions of transactions, re-executions included.
    pub executions: u32,
    /// Re-executions at the commit index, after a failed validation.
    pub re_executions: u32,
    /// Suspensions until a lower transaction was done.
    pub suspensions: u32,
}

#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) re_executions: Counter,
    pub(crate) suspensions: Counter,
}

impl Counters {
    /// Returns the counts of a successful execution of `count` transactions.
    pub(crate) fn read(&self, count: u32) -> Stats {
        let re_executions = self.re_executions.get();
        Stats {
            executions: count + re_executions,
            re_executions,
            suspensions: self.suspensions.get(),
        }
    }

    /// Returns the number of conflicts so far: re-executions and suspensions.
    pub(crate) fn conflicts(&self) -> u32 {
        self.re_executions.get() + self.suspensions.get()
    }
}

#[derive(Default)]
pub(crate) struct Counter(AtomicU32);

impl Counter {
    pub(crate) fn increment(&self) {
        // Relaxed: read after the workers have joined.
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
