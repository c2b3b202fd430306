//! The threads that run a block.

use parevm_stm::{WorkerId, Workers};
use rayon::ThreadPool;

/// The calling thread and all but one of a pool's as workers, each a loop of
/// its own for the whole block. The caller is awake; the others have to be woken.
#[derive(Clone, Copy)]
pub(super) struct Pool<'a>(pub(super) &'a ThreadPool);

/// To look through more entries than these is worth the meeting of two threads.
const SHARED: usize = 1_000;

impl Pool<'_> {
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
        let second = self.0.in_place_scope(|scope| {
            scope.spawn(|_| first = Some(one()));
            other()
        });
        (first.unwrap_or_else(one), second)
    }
}

impl Workers for Pool<'_> {
    fn count(&self) -> usize {
        self.0.current_num_threads()
    }

    fn broadcast(&self, body: &(dyn Fn(WorkerId) + Sync)) {
        self.0.in_place_scope(|scope| {
            for worker in 1..self.count() {
                scope.spawn(move |_| body(WorkerId::new(worker)));
            }
            body(WorkerId::new(0));
        });
    }
}
