//! Rayon pool whose threads are workers that JavaScript starts.
//!
//! A worker cannot be started from a thread that is about to block: its death would go unnoticed. So [`build_pool`] only
//! queues a builder per thread, and every pool worker that the supervisor has started takes one with
//! [`run_pool_worker`] and runs it until it is terminated.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use wasm_bindgen::prelude::wasm_bindgen;

/// Reserves all memory of the instance for the allocator.
///
/// Memory must not grow while several threads run: V8 checks `memory.copy` against the size that a
/// thread knew last, so a thread traps on a block for which another thread has just grown the memory. Reserved memory
/// costs nothing before it is written. No other thread may start meanwhile: there would be no memory for its stack.
pub(crate) fn reserve_memory() {
    const PAGE: usize = 64 * 1024;
    let mut size = 1 << 30;
    let mut blocks = [(std::ptr::null_mut(), 0); 32];
    let mut taken = 0;
    while size >= PAGE && taken < blocks.len() {
        // SAFETY: the size is not zero, and 16 is a power of two.
        let block = unsafe { System.alloc(Layout::from_size_align_unchecked(size, 16)) };
        if block.is_null() {
            size /= 2;
        } else {
            blocks[taken] = (block, size);
            taken += 1;
        }
    }
    for (block, size) in &blocks[..taken] {
        // SAFETY: each block was allocated above with this layout. The system allocator keeps it:
        // wasm cannot give memory back.
        unsafe { System.dealloc(*block, Layout::from_size_align_unchecked(*size, 16)) };
    }
}

/// Builders of threads that no worker has taken yet.
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

/// Takes one thread of the pool and runs it; returns only when the engine ends.
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
