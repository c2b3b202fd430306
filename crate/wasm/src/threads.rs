//! The rayon pool, whose threads are workers that JavaScript starts.
//!
//! A worker cannot be started from a thread that is about to block: its death would never be
//! noticed. So [`build_pool`] only queues what each thread has to run, and every pool worker that
//! the supervisor has started takes one piece with [`run_pool_worker`] and stays in it until it is
//! terminated.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use wasm_bindgen::prelude::wasm_bindgen;

/// Threads that rayon asked for and no worker has taken yet.
static QUEUE: Mutex<VecDeque<ThreadBuilder>> = Mutex::new(VecDeque::new());
/// Notified once for every builder that joins [`QUEUE`].
static QUEUED: Condvar = Condvar::new();

/// Returns a pool of `threads` threads. It runs nothing until as many workers have called
/// [`run_pool_worker`].
pub(crate) fn build_pool(threads: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .spawn_handler(|builder| {
            // The queue holds only whole builders, so a poisoned lock is usable.
            QUEUE
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push_back(builder);
            QUEUED.notify_one();
            Ok(())
        })
        .build()
}

/// Takes one thread of the pool and runs it; does not return as long as the engine exists.
///
/// Waits, without spinning, until the engine has asked for a thread.
#[wasm_bindgen(js_name = runPoolWorker)]
pub fn run_pool_worker() {
    let mut queue = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
    let builder = loop {
        match queue.pop_front() {
            Some(builder) => break builder,
            None => queue = QUEUED.wait(queue).unwrap_or_else(PoisonError::into_inner),
        }
    };
    drop(queue);
    builder.run();
}
