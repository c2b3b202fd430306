//! A block that is ended in the middle leaves nothing behind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use parevm::{Engine, ExecuteError, ExecuteOptions, Executor, execute::Receipt, vm::SpecId};
use parevm_testkit::workload;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicIsize, Ordering},
};

/// Counts what is held, by all threads.
struct Counting;

static HELD_BYTES: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator with the arguments it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD_BYTES.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        HELD_BYTES.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[test]
fn fifty_aborts_hold_no_memory_and_the_next_block_runs() {
    let engine = Engine::new(4).unwrap();
    let (block, state) = workload::contracts(7, 300, 8, SpecId::OSAKA);
    for executor in [Executor::Sequential, Executor::Optimistic] {
        let abort_at = |stop: usize| {
            let cancel = AtomicBool::new(false);
            let on_receipt = |receipt: &Receipt| {
                cancel.store(receipt.index >= stop, Ordering::Relaxed);
            };
            let options = ExecuteOptions {
                executor,
                cancel: Some(&cancel),
                on_receipt: Some(&on_receipt),
                ..Default::default()
            };
            let error = engine.execute(&block, &state, &options).unwrap_err();
            assert!(matches!(error, ExecuteError::Cancelled { .. }), "{error:?}");
        };
        // What threads keep for themselves is there after some runs.
        (0..10).for_each(|_| abort_at(150));
        let before = HELD_BYTES.load(Ordering::Relaxed);
        (0..50).for_each(|run| abort_at(run * 5));
        let grown = HELD_BYTES.load(Ordering::Relaxed) - before;
        assert!(grown < 100_000, "{executor}: {grown} bytes more are held");

        let options = ExecuteOptions {
            executor,
            ..Default::default()
        };
        let outcome = engine.execute(&block, &state, &options).unwrap();
        assert_eq!(outcome.receipts.len(), 300);
    }
}
