//! Workers of one block on the threads of a pool.

use parevm_stm::{WorkerId, Workers};
use rayon::ThreadPool;

/// Workers of one block: the calling thread, which runs already, and threads of a pool, which are woken.
#[derive(Clone, Copy)]
pub(super) struct PoolWorkers<'a> {
    threads: &'a ThreadPool,
    /// Number of workers, the calling thread included; at most the number of threads.
    workers: usize,
}

/// Minimum number of entries for which two threads are faster than one.
const MIN_PARALLEL_ENTRIES: usize = 1_000;

impl<'a> PoolWorkers<'a> {
    /// Creates `workers` workers, at most one per thread of `threads`.
    pub(super) fn new(threads: &'a ThreadPool, workers: usize) -> Self {
        let workers = workers.min(threads.current_num_threads());
        Self { threads, workers }
    }

    /// Creates one worker per thread of `threads`.
    pub(super) fn all(threads: &'a ThreadPool) -> Self {
        Self::new(threads, usize::MAX)
    }

    /// Returns the results of `one` and `other`, which iterate over `entries` entries. They run in parallel if
    /// the entries are many.
    pub(super) fn both<A: Send, B>(
        &self,
        entries: usize,
        one: impl Fn() -> A + Sync,
        other: impl FnOnce() -> B,
    ) -> (A, B) {
        if self.count() < 2 || entries < MIN_PARALLEL_ENTRIES {
            return (one(), other());
        }
        let mut first = None;
        let second = self.threads.in_place_scope(|scope| {
            scope.spawn(|_| first = Some(one()));
            other()
        });
        (first.unwrap_or_else(one), second)
    }
}

impl Workers for PoolWorkers<'_> {
    fn count(&self) -> usize {
        self.workers
    }

    fn broadcast(&self, body: &(dyn Fn(WorkerId) + Sync)) {
        self.threads.in_place_scope(|scope| {
            for worker in 1..self.count() {
                scope.spawn(move |_| body(WorkerId::new(worker)));
            }
            body(WorkerId::new(0));
        });
    }
}
