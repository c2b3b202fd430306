//! Memory in use, by account, and refused allocations.

#[cfg(all(target_arch = "wasm32", not(feature = "threads")))]
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    /// Bytes of this thread's last allocation from the system, if it was refused; else zero.
    static REFUSED: Cell<usize> = const { Cell::new(0) };
}

/// Returns the bytes of this thread's last allocation from the system if it was refused, else zero. Distinguishes a trap
/// for lack of memory, which std does not report, from others.
pub fn refused_bytes() -> usize {
    REFUSED.get()
}

/// Maximum number of workers that answer reads beside the engine.
pub const MAX_READERS: usize = 15;

/// Bytes in use, without those in the depot: of the engine with its pool, and of each reader. A block that another
/// thread frees counts there, so a single account may fall below zero and wrap; the sum is exact.
// Relaxed: sums that order nothing.
static IN_USE: [AtomicUsize; 1 + MAX_READERS] = [const { AtomicUsize::new(0) }; 1 + MAX_READERS];

thread_local! {
    /// Position in [`IN_USE`] of the account of this thread.
    static ACCOUNT: Cell<usize> = const { Cell::new(0) };
}

/// Sets the account of this thread to that of a reader, counted from 0.
#[cfg(feature = "threads")]
pub fn book_for_reader(reader: usize) {
    ACCOUNT.set((1 + reader).min(MAX_READERS));
}

#[inline]
pub(super) fn account() -> &'static AtomicUsize {
    &IN_USE[ACCOUNT.get()]
}

/// Returns the bytes that are in use or cached by threads: at most 11 MiB per thread more than in use.
pub(crate) fn in_use() -> usize {
    IN_USE.iter().fold(0_usize, |sum, account| {
        sum.wrapping_add(account.load(Ordering::Relaxed))
    })
}

/// Returns a measure of the bytes in use that counts, from now on, only changes of this thread's account. It may be
/// called on any thread.
pub fn in_use_from_now() -> impl Fn() -> usize + Sync {
    let (all, account) = (in_use(), account());
    let start = account.load(Ordering::Relaxed);
    move || {
        let taken = account.load(Ordering::Relaxed).wrapping_sub(start);
        // More than half of the range is a negative number.
        if taken > usize::MAX / 2 {
            all.saturating_sub(taken.wrapping_neg())
        } else {
            all.saturating_add(taken)
        }
    }
}

/// Returns the bytes that are available.
pub fn free() -> usize {
    #[cfg(all(target_arch = "wasm32", feature = "threads"))]
    let all = core::arch::wasm32::memory_size::<0>() * 64 * 1024; // All memory is reserved at the start.
    #[cfg(not(all(target_arch = "wasm32", feature = "threads")))]
    let all = 2 << 30; // It grows as far as the host allows: browsers stop at 2 or 4 GiB.
    usize::saturating_sub(all, in_use())
}

/// Counts `block`, which the system returned for `bytes`, or records the refusal, and returns it.
#[inline]
pub(super) fn noted(block: *mut u8, bytes: usize) -> *mut u8 {
    if block.is_null() {
        REFUSED.set(bytes);
    } else {
        // A refusal that was handled is not the reason of a later trap.
        REFUSED.set(0);
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

/// Bytes in use above which memory is grown ahead.
#[cfg(all(target_arch = "wasm32", not(feature = "threads")))]
static GROW_AT: AtomicUsize = AtomicUsize::new(0);

/// Grows memory by a quarter at once, where one thread has it alone. The system allocator grows it by 64 KiB, and
/// each time V8 considers a garbage collection: with 350,000 accounts that alone took 16 s and more.
#[cfg(all(target_arch = "wasm32", not(feature = "threads")))]
#[cold]
fn grow_ahead(in_use: usize) {
    const LEAST: usize = 1 << 20;
    const MOST: usize = 64 << 20;
    let ahead = (core::arch::wasm32::memory_size::<0>() * 64 * 1024 / 4).clamp(LEAST, MOST);
    // Below the new size, as part of it may be lost to fragmentation.
    GROW_AT.store(in_use.saturating_add(ahead / 4 * 3), Ordering::Relaxed);
    // SAFETY: the size is not zero, and 16 is a power of two.
    let layout = unsafe { Layout::from_size_align_unchecked(ahead, 16) };
    // SAFETY: the layout's size is not zero.
    let block = unsafe { System.alloc(layout) };
    if !block.is_null() {
        // SAFETY: it was allocated on the line above with this layout. The system allocator keeps it: wasm cannot give
        // memory back.
        unsafe { System.dealloc(block, layout) }
    }
}
