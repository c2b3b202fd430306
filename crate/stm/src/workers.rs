//! Workers that execute a block.

use crate::WorkerId;

/// Fixed set of threads that can all run the same body.
pub trait Workers {
    /// Returns the number of workers that run at once; at least 1.
    fn count(&self) -> usize;

    /// Runs `body` once on every worker, with numbers from 0, and returns when all have returned.
    fn broadcast(&self, body: &(dyn Fn(WorkerId) + Sync));
}

/// Operating system threads that live for one call.
#[derive(Clone, Copy, Debug)]
pub struct Threads(usize);

impl Threads {
    /// Returns `count` threads, at least one.
    #[must_use]
    pub const fn new(count: usize) -> Self {
        Self(if count == 0 { 1 } else { count })
    }
}

#[cfg(not(parevm_loom))]
impl Workers for Threads {
    fn count(&self) -> usize {
        self.0
    }

    fn broadcast(&self, body: &(dyn Fn(WorkerId) + Sync)) {
        std::thread::scope(|scope| {
            for worker in 0..self.0 {
                scope.spawn(move || body(WorkerId::new(worker)));
            }
        });
    }
}
