//! Free blocks of one class that one thread holds.

use super::class::size_of_class;
use std::ptr::NonNull;

/// Bytes of a full magazine.
const MAGAZINE_BYTES: usize = 128 * 1024;

/// Blocks of a full magazine of `class`.
#[inline]
pub(super) const fn capacity(class: usize) -> u32 {
    (MAGAZINE_BYTES / size_of_class(class)) as u32
}

/// Bytes of a full magazine of `class`.
#[inline]
pub(super) const fn bytes(class: usize) -> usize {
    capacity(class) as usize * size_of_class(class)
}

/// A free block, which says in its first bytes what comes after it.
pub(super) struct Free {
    next: Option<NonNull<Free>>,
    /// The first block of a magazine names that of the magazine below it.
    pub(super) below: Option<NonNull<Free>>,
}

/// A chain of free blocks.
pub(super) struct Magazine {
    pub(super) first: Option<NonNull<Free>>,
    pub(super) len: u32,
}

impl Magazine {
    pub(super) const EMPTY: Self = Self {
        first: None,
        len: 0,
    };

    #[inline]
    pub(super) fn pop(&mut self) -> Option<NonNull<Free>> {
        let block = self.first?;
        // SAFETY: every block in the chain was put there by `push`, which wrote
        // its `next`; nobody else has its address while it is in the chain.
        self.first = unsafe { block.as_ref().next };
        self.len -= 1;
        Some(block)
    }

    /// # Safety
    ///
    /// `block` is a block of the magazine's class that nobody uses any more.
    #[inline]
    unsafe fn push(&mut self, block: NonNull<Free>) {
        let free = Free {
            next: self.first,
            below: None,
        };
        // SAFETY: the caller gives the block away; every class has room for a
        // `Free` and its alignment.
        unsafe { block.write(free) };
        self.first = Some(block);
        self.len += 1;
    }
}

/// What a thread holds of one class: a magazine that it uses, and one that is
/// full or empty. So a thread that allocates and frees in turn, at the edge of
/// a magazine, does not exchange one each time.
pub(super) struct Magazines {
    loaded: Magazine,
    spare: Magazine,
}

impl Magazines {
    pub(super) const EMPTY: Self = Self {
        loaded: Magazine::EMPTY,
        spare: Magazine::EMPTY,
    };

    #[inline]
    pub(super) fn pop(&mut self) -> Option<NonNull<Free>> {
        if self.loaded.first.is_none() {
            std::mem::swap(&mut self.loaded, &mut self.spare);
        }
        self.loaded.pop()
    }

    /// Takes `block`. Returns a full magazine where there were two.
    ///
    /// # Safety
    ///
    /// `block` is a block of `class` that nobody uses any more.
    #[inline]
    pub(super) unsafe fn push(&mut self, class: usize, block: NonNull<Free>) -> Option<Magazine> {
        let mut full = None;
        if self.loaded.len >= capacity(class) {
            let spare = std::mem::replace(&mut self.spare, Magazine::EMPTY);
            full = spare.first.is_some().then_some(spare);
            std::mem::swap(&mut self.loaded, &mut self.spare);
        }
        // SAFETY: the caller's promise.
        unsafe { self.loaded.push(block) };
        full
    }

    /// Takes a full magazine. There is no block here.
    pub(super) fn load(&mut self, magazine: Magazine) {
        self.loaded = magazine;
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> u32 {
        self.loaded.len + self.spare.len
    }
}
