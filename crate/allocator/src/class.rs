//! Sizes of the blocks that are kept when they are freed.

use std::alloc::Layout;

/// Every block of a class is aligned to this many bytes; what needs more goes
/// to the system allocator.
const ALIGN: usize = 16;
/// Sizes up to this one are multiples of [`ALIGN`], one class each.
const FINE_LIMIT: usize = 128;
/// The largest size, in bytes, that has a class.
pub(super) const LARGEST: usize = 64 * 1024;
/// Classes between two powers of two above [`FINE_LIMIT`].
const STEPS: usize = 4;
const FINE_CLASSES: usize = FINE_LIMIT / ALIGN;
const DOUBLINGS: usize = (LARGEST.ilog2() - FINE_LIMIT.ilog2()) as usize;
pub(super) const CLASSES: usize = FINE_CLASSES + DOUBLINGS * STEPS;

/// The class of blocks that serve `layout`, or `None` where the system
/// allocator serves it. Depends on `layout` alone, so that a block finds the
/// class it belongs to when it is freed.
#[inline]
pub(super) fn class_of(layout: Layout) -> Option<usize> {
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
pub(super) const fn size_of_class(class: usize) -> usize {
    if class < FINE_CLASSES {
        return (class + 1) * ALIGN;
    }
    let coarse = class - FINE_CLASSES;
    let base = FINE_LIMIT << (coarse / STEPS);
    base + (coarse % STEPS + 1) * (base / STEPS)
}

/// What the system allocator is asked for to get one block of `class`.
#[inline]
pub(super) fn layout_of_class(class: usize) -> Layout {
    // SAFETY: `ALIGN` is a power of two and no class is larger than `LARGEST`,
    // far below `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(size_of_class(class), ALIGN) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn layout(size: usize) -> Layout {
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
    fn large_and_strictly_aligned_blocks_have_none() {
        assert_eq!(class_of(layout(LARGEST + 1)), None);
        assert_eq!(class_of(Layout::from_size_align(64, 32).unwrap()), None);
    }
}
