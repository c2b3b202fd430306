//! The threads that run a block.

use parevm_stm::{WorkerId, Workers};
use rayon::ThreadPool;

/// The calling thread and others of a pool as workers, each a loop of its own
/// for the whole block. The caller is awake; the others have to be woken.
#[derive(Clone, Copy)]
pub(super) struct Pool<'a> {
    threads: &'a ThreadPool,
    /// With the caller; at most as many as there are threads.
    workers: usize,
}

/// To look through more entries than these is worth the meeting of two threads.
const SHARED: usize = 1_000;

impl<'a> Pool<'a> {
    /// `workers` workers, or as many as `threads` has.
    pub(super) fn new(threads: &'a ThreadPool, workers: usize) -> Self {
        let workers = workers.min(threads.current_num_threads());
        Self { threads, workers }
    }

    /// As many as `threads` has.
    pub(super) fn all(threads: &'a ThreadPool) -> Self {
        Self::new(threads, usize::MAX)
    }

    /// What `one` and `other` return, which look through `entries` entries: at the same time, if
    /// those are many.
    pub(super) fn both<A: Send, B>(
        &self,
        entries: usize,
        one: impl Fn() -> A + Sync,
        other: impl FnOnce() -> B,
    ) -> (A, B) {
        if self.count() < 2 || entries < SHARED {
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

impl Workers for Pool<'_> {
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
