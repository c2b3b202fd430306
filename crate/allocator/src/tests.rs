//! Tests of the allocator.

use super::{class::tests::layout, magazine::capacity, usage::in_use, *};
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
