//! A thread-local cache of free memory in front of the system allocator.
//!
//! The allocator that std brings to wasm takes one lock for the whole
//! instance, with which two threads that allocate are slower than one. Here
//! every thread keeps lists of free blocks by size class and takes no lock as
//! long as its lists hold what it asks for. A block may be freed by another
//! thread than the one that asked for it: it joins the list of the thread that
//! freed it. Every list is bounded: what a full list is given goes back to the
//! system allocator, so memory that one thread allocates and another frees does
//! not pile up.
//!
//! A thread that ends keeps its lists; in wasm no thread ends before the whole
//! instance does.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};

use wasm_bindgen::prelude::wasm_bindgen;

/// Every block of a class is aligned to this many bytes; what needs more goes
/// to the system allocator.
const ALIGN: usize = 16;
/// Sizes up to this one are multiples of [`ALIGN`], one class each.
const FINE_LIMIT: usize = 128;
/// The largest size, in bytes, that is cached.
const LARGEST: usize = 64 * 1024;
/// Classes between two powers of two above [`FINE_LIMIT`].
const STEPS: usize = 4;
const FINE_CLASSES: usize = FINE_LIMIT / ALIGN;
const DOUBLINGS: usize = (LARGEST.ilog2() - FINE_LIMIT.ilog2()) as usize;
const CLASSES: usize = FINE_CLASSES + DOUBLINGS * STEPS;
/// Bytes that one list may hold before it returns what it is given.
const LIST_BYTES: usize = 512 * 1024;

/// The global allocator: thread-local free lists over [`System`].
#[derive(Debug)]
pub struct ThreadLists;

/// A free block, which holds the address of the next one in its first bytes.
struct Free {
    next: Option<NonNull<Free>>,
}

/// The free blocks of one class.
struct List {
    first: Option<NonNull<Free>>,
    len: u32,
}

thread_local! {
    // Const-initialised and without a destructor: access never allocates and
    // is possible at any time in a thread's life.
    static LISTS: UnsafeCell<[List; CLASSES]> =
        const { UnsafeCell::new([const { List { first: None, len: 0 } }; CLASSES]) };
}

/// Bytes of the allocation that was refused last; zero as long as none was.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// Returns how many bytes the allocation had that was refused last, or zero where none was. Tells a trap
/// for want of memory, of which std says nothing, from others.
#[wasm_bindgen(js_name = refusedBytes)]
pub fn refused_bytes() -> usize {
    REFUSED.load(Ordering::Relaxed)
}

/// Bytes that the system has handed out, those in lists included.
// Relaxed: a sum that orders nothing.
static IN_USE: AtomicUsize = AtomicUsize::new(0);

/// Bytes that are in use or in lists: at most 22 MiB a thread more than what is in use.
pub(crate) fn in_use() -> usize {
    IN_USE.load(Ordering::Relaxed)
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
        IN_USE.fetch_add(bytes, Ordering::Relaxed);
    }
    block
}

/// Gives `block` back to the system.
///
/// # Safety
///
/// The system handed `block` out for `layout`, and nobody uses it any more.
#[inline]
unsafe fn give_back(block: *mut u8, layout: Layout) {
    IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
    // SAFETY: the caller's promise.
    unsafe { System.dealloc(block, layout) }
}

/// The class of blocks that serve `layout`, or `None` where the system
/// allocator serves it. Depends on `layout` alone, so that a block finds the
/// class it came from when it is freed.
#[inline]
fn class_of(layout: Layout) -> Option<usize> {
    let size = layout.size();
    if layout.align() > ALIGN || size > LARGEST {
        return None;
    }
    if size <= FINE_LIMIT {
        return Some(size.saturating_sub(1) / ALIGN);
    }
    let last = size - 1;
    let doubling = last.ilog2() as usize;
    let step = (last >> (doubling - STEPS.ilog2() as usize)) & (STEPS - 1);
    Some(FINE_CLASSES + (doubling - FINE_LIMIT.ilog2() as usize) * STEPS + step)
}

/// The size in bytes of every block of `class`.
#[inline]
const fn size_of_class(class: usize) -> usize {
    if class < FINE_CLASSES {
        return (class + 1) * ALIGN;
    }
    let coarse = class - FINE_CLASSES;
    let base = FINE_LIMIT << (coarse / STEPS);
    base + (coarse % STEPS + 1) * (base / STEPS)
}

/// What the system allocator is asked for to get one block of `class`.
#[inline]
fn layout_of_class(class: usize) -> Layout {
    // SAFETY: `ALIGN` is a power of two and no class is larger than `LARGEST`,
    // far below `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(size_of_class(class), ALIGN) }
}

/// Runs `work` on this thread's list of `class`.
#[inline]
fn with_list<R>(class: usize, work: impl FnOnce(&mut List) -> R) -> R {
    LISTS.with(|lists| {
        // SAFETY: the lists belong to this thread, and `work` (`pop` and `push`
        // below) neither allocates nor calls back, so no second reference
        // exists while this one does.
        let lists = unsafe { &mut *lists.get() };
        work(&mut lists[class])
    })
}

impl List {
    #[inline]
    fn pop(&mut self) -> Option<NonNull<Free>> {
        let block = self.first?;
        // SAFETY: every block in the list was put there by `push`, which wrote
        // its `next`; nobody else has its address while it is in the list.
        self.first = unsafe { block.as_ref().next };
        self.len -= 1;
        Some(block)
    }

    /// Takes `block` if the list of `class` has room for it.
    ///
    /// # Safety
    ///
    /// `block` is a block of `class` that nobody uses any more.
    #[inline]
    unsafe fn push(&mut self, class: usize, block: NonNull<Free>) -> bool {
        if self.len as usize * size_of_class(class) >= LIST_BYTES {
            return false;
        }
        // SAFETY: the caller gives the block away; every class has room for a
        // `Free` and its alignment.
        unsafe { block.write(Free { next: self.first }) };
        self.first = Some(block);
        self.len += 1;
        true
    }
}

// SAFETY: a block is handed out either by `System`, with at least the size and
// alignment asked for (`layout_of_class` of a class is never smaller than a
// layout of that class), or from a list, where only freed blocks of the same
// class are. `dealloc` and `realloc` get the layout that `alloc` got and so
// find the same class. Lists are thread-local, so no block is handed out twice.
unsafe impl GlobalAlloc for ThreadLists {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = class_of(layout) else {
            // SAFETY: the caller's layout, unchanged.
            return noted(unsafe { System.alloc(layout) }, layout.size());
        };
        match with_list(class, List::pop) {
            Some(block) => block.as_ptr().cast(),
            None => {
                // SAFETY: a class's layout has a size above zero.
                let block = unsafe { System.alloc(layout_of_class(class)) };
                noted(block, size_of_class(class))
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(class) = class_of(layout) else {
            // SAFETY: such a layout was served by `System`.
            return unsafe { give_back(block, layout) };
        };
        // SAFETY: the caller gives back a block that `alloc` handed out, which
        // is not null and belongs to this class.
        let kept = with_list(class, |list| unsafe {
            list.push(class, NonNull::new_unchecked(block.cast()))
        });
        if !kept {
            // SAFETY: every block of a class came from `System` with this layout.
            unsafe { give_back(block, layout_of_class(class)) }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if class_of(layout).is_none() {
            // Fresh pages are zero already: only the system allocator knows.
            // SAFETY: the caller's layout, unchanged.
            return noted(unsafe { System.alloc_zeroed(layout) }, layout.size());
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
                let new_block = unsafe { System.realloc(block, layout, new_size) };
                if !new_block.is_null() {
                    IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
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
    use super::*;

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 8).unwrap()
    }

    #[test]
    fn every_size_fits_its_class_and_no_smaller_one() {
        for size in 1..=LARGEST {
            let class = class_of(layout(size)).unwrap();
            assert!(size_of_class(class) >= size, "size {size}, class {class}");
            assert!(
                class == 0 || size_of_class(class - 1) < size,
                "size {size}, class {class}"
            );
        }
        assert_eq!(class_of(layout(LARGEST)), Some(CLASSES - 1));
        assert_eq!(size_of_class(CLASSES - 1), LARGEST);
    }

    #[test]
    fn large_and_strictly_aligned_blocks_come_from_the_system() {
        assert_eq!(class_of(layout(LARGEST + 1)), None);
        assert_eq!(class_of(Layout::from_size_align(64, 32).unwrap()), None);
    }

    #[test]
    fn a_freed_block_is_handed_out_again() {
        let layout = layout(100);
        // SAFETY: each block is freed once, with the layout it was asked for.
        unsafe {
            let first = ThreadLists.alloc(layout);
            ThreadLists.dealloc(first, layout);
            let second = ThreadLists.alloc(layout);
            assert_eq!(first, second);
            ThreadLists.dealloc(second, layout);
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
                    ThreadLists.dealloc(block, layout);
                } else if draw % 3 == 1 && !blocks.is_empty() {
                    let index = draw % blocks.len();
                    let (block, old, mark) = blocks[index];
                    let new = layout(1 + draw % 5000);
                    let block = ThreadLists.realloc(block, old, new.size());
                    assert_eq!(*block, mark);
                    block.write_bytes(mark, new.size());
                    blocks[index] = (block, new, mark);
                } else {
                    let layout = layout(1 + draw % 3000);
                    let block = ThreadLists.alloc(layout);
                    let mark = round as u8;
                    block.write_bytes(mark, layout.size());
                    blocks.push((block, layout, mark));
                }
            }
        }
        for (block, layout, _) in blocks {
            // SAFETY: as above.
            unsafe { ThreadLists.dealloc(block, layout) }
        }
    }

    #[test]
    fn zeroed_memory_is_zero_even_when_it_was_used_before() {
        let layout = layout(256);
        // SAFETY: written within its size, freed once each.
        unsafe {
            let used = ThreadLists.alloc(layout);
            used.write_bytes(0xff, 256);
            ThreadLists.dealloc(used, layout);
            let zeroed = ThreadLists.alloc_zeroed(layout);
            assert!((0..256).all(|at| *zeroed.add(at) == 0));
            ThreadLists.dealloc(zeroed, layout);
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
            let one = ThreadLists.alloc(layout(MUCH));
            let other = ThreadLists.alloc_zeroed(layout(MUCH));
            assert!(near(before + 2 * MUCH));
            let one = ThreadLists.realloc(one, layout(MUCH), 2 * MUCH);
            assert!(near(before + 3 * MUCH));
            ThreadLists.dealloc(other, layout(MUCH));
            assert!(near(before + 2 * MUCH));
            ThreadLists.dealloc(one, layout(2 * MUCH));
            assert!(near(before));
        }
    }

    #[test]
    fn a_full_list_returns_what_it_is_given() {
        let layout = layout(48 * 1024);
        let class = class_of(layout).unwrap();
        let room = LIST_BYTES.div_ceil(size_of_class(class)) as u32;
        // SAFETY: each block is freed once, with the layout it was asked for.
        unsafe {
            let blocks: Vec<_> = (0..room + 5).map(|_| ThreadLists.alloc(layout)).collect();
            for block in blocks {
                ThreadLists.dealloc(block, layout);
            }
        }
        assert_eq!(with_list(class, |list| list.len), room);
    }

    #[test]
    fn a_block_freed_by_another_thread_joins_the_list_of_that_thread() {
        let layout = layout(9000);
        let class = class_of(layout).unwrap();
        // SAFETY: the block is freed once, with the layout it was asked for.
        let address = unsafe { ThreadLists.alloc(layout) } as usize;
        let before = with_list(class, |list| list.len);
        std::thread::spawn(move || {
            // SAFETY: as above; the thread that allocated no longer uses it.
            unsafe { ThreadLists.dealloc(address as *mut u8, layout) };
            let first = with_list(class, |list| list.first);
            assert_eq!(first.map(|block| block.as_ptr() as usize), Some(address));
        })
        .join()
        .unwrap();
        assert_eq!(with_list(class, |list| list.len), before);
    }
}
