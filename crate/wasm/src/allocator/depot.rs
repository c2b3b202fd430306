//! Full magazines that no thread holds.
//!
//! What one thread allocates another one frees: whoever drops a block's
//! outcome, say. So one thread has blocks to spare where others have none, and
//! they exchange them here, many at a time.

use super::{
    class::{CLASSES, size_of_class},
    magazine::{Free, Magazine, capacity},
};
use std::{
    ptr::NonNull,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Bytes that are kept here at most, of all classes together. One thread alone
/// waits for nobody at the system allocator, and may live in little memory.
const MOST: usize = if cfg!(feature = "threads") {
    64 << 20
} else {
    8 << 20
};

static SHELVES: [Shelf; CLASSES] = [const { Shelf(Mutex::new(Stack(None))) }; CLASSES];
/// Bytes that are kept here. A bound that may be missed by what comes at once.
static KEPT: AtomicUsize = AtomicUsize::new(0);

/// The magazines of one class, on a cache line of its own.
#[repr(align(64))]
struct Shelf(Mutex<Stack>);

/// The first block of the topmost magazine.
struct Stack(Option<NonNull<Free>>);

// SAFETY: whoever has the stack has the blocks, which nobody else uses.
unsafe impl Send for Stack {}

/// Bytes of a full magazine of `class`.
pub(super) fn bytes(class: usize) -> usize {
    capacity(class) as usize * size_of_class(class)
}

/// Keeps `magazine`, a full one of `class`, or hands it back where there is no
/// room.
pub(super) fn put(class: usize, magazine: Magazine) -> Result<(), Magazine> {
    let Some(mut first) = magazine.first else {
        return Ok(());
    };
    // Relaxed: a sum that orders nothing.
    if KEPT.load(Ordering::Relaxed) + bytes(class) > MOST {
        return Err(magazine);
    }
    KEPT.fetch_add(bytes(class), Ordering::Relaxed);
    let mut stack = shelf(class);
    // SAFETY: the block is the magazine's, which was handed over.
    unsafe { first.as_mut().below = stack.0 };
    stack.0 = Some(first);
    Ok(())
}

/// Hands out a full magazine of `class`.
pub(super) fn take(class: usize) -> Option<Magazine> {
    let mut stack = shelf(class);
    let first = stack.0?;
    // SAFETY: `put` wrote `below` into a block that nobody else uses.
    stack.0 = unsafe { first.as_ref().below };
    drop(stack);
    KEPT.fetch_sub(bytes(class), Ordering::Relaxed);
    Some(Magazine {
        first: Some(first),
        len: capacity(class),
    })
}

fn shelf(class: usize) -> MutexGuard<'static, Stack> {
    let Shelf(stack) = &SHELVES[class];
    stack.lock().unwrap_or_else(PoisonError::into_inner)
}
