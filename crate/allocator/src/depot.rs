//! Full magazines that no thread holds.
//!
//! What one thread allocates another one frees: whoever drops a block's
//! outcome, say. So one thread has blocks to spare where others have none, and
//! they exchange them here, many at a time.

use super::{
    class::CLASSES,
    magazine::{Free, Magazine, bytes, capacity},
};
use std::{
    ptr::NonNull,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Full magazines of every class.
pub(super) struct Depot {
    shelves: [Shelf; CLASSES],
    /// Bytes that are kept.
    kept: AtomicUsize,
    /// Bytes that are kept at most. Threads that come at once may miss it by a
    /// magazine each.
    most: usize,
}

/// The magazines of one class, on a cache line of its own.
#[repr(align(64))]
struct Shelf(Mutex<Stack>);

/// The first block of the topmost magazine.
struct Stack(Option<NonNull<Free>>);

// SAFETY: whoever has the stack has the blocks, which nobody else uses.
unsafe impl Send for Stack {}

impl Depot {
    /// An empty one that keeps `most` bytes.
    pub(super) const fn new(most: usize) -> Self {
        Self {
            shelves: [const { Shelf(Mutex::new(Stack(None))) }; CLASSES],
            kept: AtomicUsize::new(0),
            most,
        }
    }

    /// Keeps `magazine`, a full one of `class`, or hands it back where there is
    /// no room.
    pub(super) fn put(&self, class: usize, magazine: Magazine) -> Result<(), Magazine> {
        let Some(mut first) = magazine.first else {
            return Ok(());
        };
        // Relaxed: a sum that orders nothing.
        if self.kept.load(Ordering::Relaxed) + bytes(class) > self.most {
            return Err(magazine);
        }
        self.kept.fetch_add(bytes(class), Ordering::Relaxed);
        let mut stack = self.shelf(class);
        // SAFETY: the block is the magazine's, which was handed over.
        unsafe { first.as_mut().below = stack.0 };
        stack.0 = Some(first);
        Ok(())
    }

    /// Hands out a full magazine of `class`.
    pub(super) fn take(&self, class: usize) -> Option<Magazine> {
        let mut stack = self.shelf(class);
        let first = stack.0?;
        // SAFETY: `put` wrote `below` into a block that nobody else uses.
        stack.0 = unsafe { first.as_ref().below };
        drop(stack);
        self.kept.fetch_sub(bytes(class), Ordering::Relaxed);
        Some(Magazine {
            first: Some(first),
            len: capacity(class),
        })
    }

    fn shelf(&self, class: usize) -> MutexGuard<'_, Stack> {
        let Shelf(stack) = &self.shelves[class];
        stack.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{class::layout_of_class, magazine::Magazines},
        *,
    };
    use std::alloc::{GlobalAlloc, System};

    /// A full magazine. Its blocks are never given back.
    fn full(class: usize) -> Magazine {
        let mut held = Magazines::EMPTY;
        loop {
            // SAFETY: a class's layout has a size above zero, and the block is
            // nobody else's.
            let magazine = unsafe {
                let block = System.alloc(layout_of_class(class)).cast();
                held.push(class, NonNull::new(block).unwrap())
            };
            if let Some(magazine) = magazine {
                return magazine;
            }
        }
    }

    #[test]
    fn what_was_put_last_is_taken_first_and_whole() {
        let depot = Depot::new(usize::MAX);
        let class = CLASSES - 1;
        let firsts = [full(class), full(class)].map(|magazine| {
            let first = magazine.first;
            assert!(depot.put(class, magazine).is_ok());
            first
        });
        for first in firsts.into_iter().rev() {
            let mut magazine = depot.take(class).unwrap();
            assert_eq!(magazine.first, first);
            let blocks = std::iter::from_fn(|| magazine.pop()).count();
            assert_eq!(blocks, capacity(class) as usize);
        }
        assert!(depot.take(class).is_none());
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let (class, other) = (CLASSES - 1, CLASSES - 2);
        let depot = Depot::new(2 * bytes(class) + bytes(other) - 1);
        assert!(depot.put(class, full(class)).is_ok());
        assert!(depot.put(class, full(class)).is_ok());
        let refused = depot.put(other, full(other)).err().unwrap();
        assert_eq!(refused.len, capacity(other));
        assert!(depot.take(class).is_some());
        assert!(depot.put(other, refused).is_ok());
    }
}
