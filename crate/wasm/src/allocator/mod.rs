//! A thread-local cache of free memory in front of the system allocator.
//!
//! The allocator that std brings to wasm takes one lock for the whole
//! instance, with which two threads that allocate are slower than one. Here
//! every thread keeps free blocks by size class and takes no lock as long as
//! they hold what it asks for. A block may be freed by another thread than the
//! one that asked for it: it joins those of the thread that freed it. Threads
//! that have too many and threads that have none exchange them by the magazine
//! (Bonwick and Adams, "Magazines and Vmem", USENIX 2001). What is kept is
//! bounded; beyond that blocks go back to the system allocator.
//!
//! A thread that ends keeps its blocks; in wasm no thread ends before the whole
//! instance does.

mod class;
mod depot;
mod magazine;

use class::{CLASSES, class_of, layout_of_class, size_of_class};
use depot::Depot;
use magazine::{Free, Magazine, Magazines, bytes};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};

use wasm_bindgen::prelude::wasm_bindgen;

/// The global allocator: free blocks per thread over [`System`].
#[derive(Debug)]
pub struct Allocator;

/// What threads have to spare. One thread alone waits for nobody at the system
/// allocator, and may live in little memory.
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

/// Bytes of the allocation that was refused last; zero as long as none was.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// Returns how many bytes the allocation had that was refused last, or zero where none was. Tells a trap
/// for want of memory, of which std says nothing, from others.
#[wasm_bindgen(js_name = refusedBytes)]
pub fn refused_bytes() -> usize {
    REFUSED.load(Ordering::Relaxed)
}

/// Most workers that answer reads beside the engine.
pub(crate) const MOST_READERS: usize = 15;

/// Bytes that the system has handed out, without those in the depot: to the engine and its pool, and to each
/// reader. What another thread gives back is booked there, so one alone may be below zero and wrap; their
/// sum is right.
// Relaxed: sums that order nothing.
static IN_USE: [AtomicUsize; 1 + MOST_READERS] = [const { AtomicUsize::new(0) }; 1 + MOST_READERS];

thread_local! {
    /// Position in [`IN_USE`] at which this thread books.
    static ACCOUNT: Cell<usize> = const { Cell::new(0) };
}

/// Lets this thread book for a reader, counted from 0.
#[cfg(feature = "threads")]
pub(crate) fn book_for_reader(reader: usize) {
    ACCOUNT.set((1 + reader).min(MOST_READERS));
}

fn account() -> &'static AtomicUsize {
    &IN_USE[ACCOUNT.get()]
}

/// Bytes that are in use or held by threads: at most 11 MiB a thread more than what is in use.
pub(crate) fn in_use() -> usize {
    IN_USE.iter().fold(0_usize, |sum, account| {
        sum.wrapping_add(account.load(Ordering::Relaxed))
    })
}

/// A measure of the bytes that are in use, in which from now on only what this thread's runner takes counts: the
/// engine with its pool, or a reader. It may be asked on any thread.
pub(crate) fn in_use_from_now() -> impl Fn() -> usize + Sync {
    let (all, account) = (in_use(), account());
    let start = account.load(Ordering::Relaxed);
    move || {
        let taken = account.load(Ordering::Relaxed).wrapping_sub(start);
        // More than half of what there can be is less than nothing.
        if taken > usize::MAX / 2 {
            all.saturating_sub(taken.wrapping_neg())
        } else {
            all.saturating_add(taken)
        }
    }
}

/// Bytes that may still be taken.
pub(crate) fn free() -> usize {
    #[cfg(all(target_arch = "wasm32", feature = "threads"))]
    let all = core::arch::wasm32::memory_size::<0>() * 64 * 1024; // It has all that it may have.
    #[cfg(not(all(target_arch = "wasm32", feature = "threads")))]
    let all = 2 << 30; // It grows as far as the host allows: browsers stop at 2 or 4 GiB.
    usize::saturating_sub(all, in_use())
}

/// Returns `block`, which the system gave for `bytes`, and counts it, or notes that it is none.
#[inline]
fn noted(block: *mut u8, bytes: usize) -> *mut u8 {
    if block.is_null() {
        REFUSED.store(bytes, Ordering::Relaxed);
    } else {
        let before = account().fetch_add(bytes, Ordering::Relaxed);
        #[cfg(all(target_arch = "wasm32", not(feature = "threads")))]
        if before.wrapping_add(bytes) > GROW_AT.load(Ordering::Relaxed) {
            grow_ahead(before);
        }
        #[cfg(not(all(target_arch = "wasm32", not(feature = "threads"))))]
        let _ = before;
    }
    block
}

/// Bytes in use from which on memory is grown ahead.
#[cfg(all(target_arch = "wasm32", not(feature = "threads")))]
static GROW_AT: AtomicUsize = AtomicUsize::new(0);

/// Grows memory by a quarter at once, where one thread has it alone. The system allocator grows it by 64 KiB, and
/// each time V8 looks whether it is worth collecting garbage: 350,000 accounts took 16 s and more for that alone.
#[cfg(all(target_arch = "wasm32", not(feature = "threads")))]
#[cold]
fn grow_ahead(in_use: usize) {
    const LEAST: usize = 1 << 20;
    const MOST: usize = 64 << 20;
    let ahead = (core::arch::wasm32::memory_size::<0>() * 64 * 1024 / 4).clamp(LEAST, MOST);
    // Before the next one is due, whatever lies in holes.
    GROW_AT.store(in_use.saturating_add(ahead / 4 * 3), Ordering::Relaxed);
    // SAFETY: the size is not zero, and 16 is a power of two.
    let layout = unsafe { Layout::from_size_align_unchecked(ahead, 16) };
    // SAFETY: the layout's size is not zero.
    let block = unsafe { System.alloc(layout) };
    if !block.is_null() {
        // SAFETY: it came from the line above with this layout. The system allocator keeps it: wasm cannot give
        // memory back.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Gives `block` back to the system.
///
/// # Safety
///
/// The system handed `block` out for `layout`, and nobody uses it any more.
#[inline]
unsafe fn give_back(block: *mut u8, layout: Layout) {
    account().fetch_sub(layout.size(), Ordering::Relaxed);
    // SAFETY: the caller's promise.
    unsafe { System.dealloc(block, layout) }
}

/// Runs `work` on what this thread holds of `class`.
#[inline]
fn with_magazines<R>(class: usize, work: impl FnOnce(&mut Magazines) -> R) -> R {
    HELD.with(|held| {
        // SAFETY: they belong to this thread, and `work` neither allocates nor
        // calls back, so no second reference exists while this one does.
        let held = unsafe { &mut *held.get() };
        work(&mut held[class])
    })
}

/// A block of `class`, of which this thread has none.
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

/// Puts away a full magazine of `class`.
#[cold]
fn put_away(class: usize, magazine: Magazine) {
    account().fetch_sub(bytes(class), Ordering::Relaxed);
    if let Err(magazine) = DEPOT.put(class, magazine) {
        free_all(class, magazine);
    }
}

/// What `alloc` returns, if need be after the depot was emptied for it.
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

/// Gives all blocks of `magazine` back to the system.
fn free_all(class: usize, mut magazine: Magazine) {
    while let Some(block) = magazine.pop() {
        // SAFETY: every block of a class came from `System` with this layout,
        // and nobody uses what is in a magazine.
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
mod tests {
    use super::{class::tests::layout, magazine::capacity, *};
    use std::cell::Cell;

    #[test]
    fn a_freed_block_is_handed_out_again() {
        let layout = layout(100);
        // SAFETY: each block is freed once, with the layout it was asked for.
        unsafe {
            let first = Allocator.alloc(layout);
            Allocator.dealloc(first, layout);
            let second = Allocator.alloc(layout);
            assert_eq!(first, second);
            Allocator.dealloc(second, layout);
        }
    }

    #[test]
    fn blocks_in_use_do_not_overlap() {
        let mut random = 7_u64;
        let mut blocks: Vec<(*mut u8, Layout, u8)> = Vec::new();
        for round in 0..20_000_u32 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let draw = (random >> 33) as usize;
            // SAFETY: every block is written within its size and freed once,
            // with the layout it was asked for.
            unsafe {
                if draw.is_multiple_of(3) && !blocks.is_empty() {
                    let (block, layout, mark) = blocks.swap_remove(draw % blocks.len());
                    assert_eq!((*block, *block.add(layout.size() - 1)), (mark, mark));
                    Allocator.dealloc(block, layout);
                } else if draw % 3 == 1 && !blocks.is_empty() {
                    let index = draw % blocks.len();
                    let (block, old, mark) = blocks[index];
                    let new = layout(1 + draw % 5000);
                    let block = Allocator.realloc(block, old, new.size());
                    assert_eq!(*block, mark);
                    block.write_bytes(mark, new.size());
                    blocks[index] = (block, new, mark);
                } else {
                    let layout = layout(1 + draw % 3000);
                    let block = Allocator.alloc(layout);
                    let mark = round as u8;
                    block.write_bytes(mark, layout.size());
                    blocks.push((block, layout, mark));
                }
            }
        }
        for (block, layout, _) in blocks {
            // SAFETY: as above.
            unsafe { Allocator.dealloc(block, layout) }
        }
    }

    #[test]
    fn zeroed_memory_is_zero_even_when_it_was_used_before() {
        let layout = layout(256);
        // SAFETY: written within its size, freed once each.
        unsafe {
            let used = Allocator.alloc(layout);
            used.write_bytes(0xff, 256);
            Allocator.dealloc(used, layout);
            let zeroed = Allocator.alloc_zeroed(layout);
            assert!((0..256).all(|at| *zeroed.add(at) == 0));
            Allocator.dealloc(zeroed, layout);
        }
    }

    /// Other tests allocate meanwhile, but not nearly as much.
    #[test]
    fn what_is_handed_out_is_counted_until_it_comes_back() {
        const MUCH: usize = 64 << 20;
        let near = |bytes: usize| bytes.abs_diff(in_use()) < MUCH / 8;
        let before = in_use();
        // SAFETY: each block is freed once, with the layout it was asked for last.
        unsafe {
            let one = Allocator.alloc(layout(MUCH));
            let other = Allocator.alloc_zeroed(layout(MUCH));
            assert!(near(before + 2 * MUCH));
            let one = Allocator.realloc(one, layout(MUCH), 2 * MUCH);
            assert!(near(before + 3 * MUCH));
            Allocator.dealloc(other, layout(MUCH));
            assert!(near(before + 2 * MUCH));
            Allocator.dealloc(one, layout(2 * MUCH));
            assert!(near(before));
        }
    }

    #[test]
    fn blocks_that_one_thread_frees_serve_others() {
        let layout = layout(9000);
        let class = class_of(layout).unwrap();
        let count = 5 * capacity(class) as usize;
        let allocate = move || -> Vec<usize> {
            // SAFETY: freed below.
            let block = || unsafe { Allocator.alloc(layout) } as usize;
            (0..count).map(|_| block()).collect()
        };
        let free = move |blocks: Vec<usize>| {
            for block in blocks {
                // SAFETY: each is freed once, with the layout it was asked for.
                unsafe { Allocator.dealloc(block as *mut u8, layout) }
            }
        };
        let blocks = std::thread::spawn(allocate).join().unwrap();
        let mut known = blocks.clone();
        let held = std::thread::spawn(move || {
            free(blocks);
            with_magazines(class, |held| held.len())
        });
        // What it cannot hold went to the depot, and from there to others.
        assert_eq!(held.join().unwrap(), 2 * capacity(class));
        let others = std::thread::spawn(move || {
            let blocks = allocate();
            free(blocks.clone());
            blocks
        });
        known.sort_unstable();
        let others = others.join().unwrap();
        let again = others
            .iter()
            .filter(|block| known.binary_search(block).is_ok());
        assert_eq!(again.count(), 3 * capacity(class) as usize);

        // What lies there goes back to a system that has no more to give.
        let block = NonNull::dangling().as_ptr();
        let tries = Cell::new(0);
        let given = from_system(|| match tries.replace(tries.get() + 1) {
            0 => ptr::null_mut(),
            _ => block,
        });
        assert_eq!((given, tries.get()), (block, 2));
        assert!(DEPOT.take(class).is_none());
    }
}
