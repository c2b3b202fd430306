//! Global allocator: a cache of free blocks per thread in front of the system allocator.
//!
//! A crate of its own, which is optimised for speed in wasm: every execution allocates.
//!
//! The allocator that std brings to wasm takes one lock for the whole
//! instance, with which two threads that allocate are slower than one. Here
//! every thread caches free blocks by size class and takes no lock on a hit. A
//! block may be freed by another thread than the one that allocated it: it joins
//! the cache of the thread that freed it. Threads exchange surplus blocks by the
//! magazine (Bonwick and Adams, "Magazines and Vmem", USENIX 2001). The cache is
//! bounded; beyond that blocks go back to the system allocator.
//!
//! A thread that ends keeps its blocks; in wasm no thread ends before the whole
//! instance does.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

mod class;
mod depot;
mod magazine;
mod usage;

use class::{CLASSES, class_of, layout_of_class, size_of_class};
use depot::Depot;
use magazine::{Free, Magazine, Magazines, bytes};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering;
use usage::{account, noted};

#[cfg(feature = "threads")]
pub use usage::book_for_reader;
pub use usage::refused_bytes;
pub use usage::{MAX_READERS, free, in_use_from_now};

/// Global allocator: free blocks per thread over [`System`].
#[derive(Debug)]
pub struct Allocator;

/// Surplus magazines of all threads. One thread alone never waits for the lock of
/// the system allocator, and may have little memory.
static DEPOT: Depot = Depot::new(if cfg!(feature = "threads") {
    64 << 20
} else {
    8 << 20
});

thread_local! {
    // Const-initialised and without a destructor: access never allocates and
    // is possible at any time in a thread's life.
    static HELD: UnsafeCell<[Magazines; CLASSES]> =
        const { UnsafeCell::new([Magazines::EMPTY; CLASSES]) };
}

/// Returns `block` to the system.
///
/// # Safety
///
/// The system allocated `block` for `layout`, and it is no longer used.
#[inline]
unsafe fn give_back(block: *mut u8, layout: Layout) {
    account().fetch_sub(layout.size(), Ordering::Relaxed);
    // SAFETY: the caller's promise.
    unsafe { System.dealloc(block, layout) }
}

/// Runs `work` on the magazines of `class` that this thread holds.
#[inline]
fn with_magazines<R>(class: usize, work: impl FnOnce(&mut Magazines) -> R) -> R {
    HELD.with(|held| {
        // SAFETY: they belong to this thread, and `work` neither allocates nor
        // calls back, so no second reference exists while this one does.
        let held = unsafe { &mut *held.get() };
        work(&mut held[class])
    })
}

/// Returns a block of `class` on a cache miss.
#[cold]
fn refill(class: usize) -> *mut u8 {
    if let Some(magazine) = DEPOT.take(class) {
        account().fetch_add(bytes(class), Ordering::Relaxed);
        let block = with_magazines(class, |held| {
            held.load(magazine);
            held.pop()
        });
        if let Some(block) = block {
            return block.as_ptr().cast();
        }
    }
    // SAFETY: a class's layout has a size above zero.
    let block = from_system(|| unsafe { System.alloc(layout_of_class(class)) });
    noted(block, size_of_class(class))
}

/// Moves a full magazine of `class` to the depot, or back to the system.
#[cold]
fn put_away(class: usize, magazine: Magazine) {
    account().fetch_sub(bytes(class), Ordering::Relaxed);
    if let Err(magazine) = DEPOT.put(class, magazine) {
        free_all(class, magazine);
    }
}

/// Returns what `alloc` returns, the second time after the depot was emptied.
#[inline]
fn from_system(alloc: impl Fn() -> *mut u8) -> *mut u8 {
    let block = alloc();
    if !block.is_null() {
        return block;
    }
    for class in 0..CLASSES {
        while let Some(magazine) = DEPOT.take(class) {
            free_all(class, magazine);
        }
    }
    alloc()
}

/// Returns all blocks of `magazine` to the system.
fn free_all(class: usize, mut magazine: Magazine) {
    while let Some(block) = magazine.pop() {
        // SAFETY: every block of a class was allocated by `System` with this layout,
        // and blocks in a magazine are free.
        unsafe { System.dealloc(block.as_ptr().cast(), layout_of_class(class)) }
    }
}

// SAFETY: a block is handed out either by `System`, with at least the size and
// alignment asked for (`layout_of_class` of a class is never smaller than a
// layout of that class), or from a magazine, where only freed blocks of the
// same class are. `dealloc` and `realloc` get the layout that `alloc` got and so
// find the same class. A magazine is one thread's or the depot's, which hands it
// to one thread, so no block is handed out twice.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = class_of(layout) else {
            // SAFETY: the caller's layout, unchanged.
            let block = from_system(|| unsafe { System.alloc(layout) });
            return noted(block, layout.size());
        };
        match with_magazines(class, Magazines::pop) {
            Some(block) => block.as_ptr().cast(),
            None => refill(class),
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(class) = class_of(layout) else {
            // SAFETY: such a layout was served by `System`.
            return unsafe { give_back(block, layout) };
        };
        let block: *mut Free = block.cast();
        // SAFETY: the caller gives back a block that `alloc` handed out, which
        // is not null and belongs to this class.
        let full = with_magazines(class, |held| unsafe {
            held.push(class, NonNull::new_unchecked(block))
        });
        if let Some(magazine) = full {
            put_away(class, magazine);
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if class_of(layout).is_none() {
            // Fresh pages are zero already: only the system allocator knows.
            // SAFETY: the caller's layout, unchanged.
            let block = from_system(|| unsafe { System.alloc_zeroed(layout) });
            return noted(block, layout.size());
        }
        // SAFETY: the caller's layout, unchanged.
        let block = unsafe { self.alloc(layout) };
        if !block.is_null() {
            // SAFETY: the block has at least `layout.size()` bytes.
            unsafe { ptr::write_bytes(block, 0, layout.size()) };
        }
        block
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller guarantees that `new_size` is valid with this
        // alignment.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        let class = class_of(layout);
        let new_class = class_of(new_layout);
        match (class, new_class) {
            (None, None) => {
                // SAFETY: both sizes are served by `System`, as the block was.
                let new_block = from_system(|| unsafe { System.realloc(block, layout, new_size) });
                if !new_block.is_null() {
                    account().fetch_sub(layout.size(), Ordering::Relaxed);
                }
                return noted(new_block, new_size);
            }
            // The block is large enough already.
            (Some(class), Some(new_class)) if class == new_class => return block,
            _ => {}
        }
        // SAFETY: the caller guarantees that `new_size` is not zero.
        let new_block = unsafe { self.alloc(new_layout) };
        if !new_block.is_null() {
            // SAFETY: both blocks are at least as large as the smaller size and
            // are different; the old one is the caller's to give back.
            unsafe {
                ptr::copy_nonoverlapping(block, new_block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
        }
        new_block
    }
}

#[cfg(test)]
mod tests;
