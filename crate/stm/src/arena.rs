//! A list that grows without moving what it holds, so that readers need no
//! lock on the list itself.

use crate::sync::OnceLock;

/// Slots of the first chunk; each further chunk is twice as long.
const FIRST: u32 = if cfg!(parevm_loom) { 4 } else { 256 };
/// Chunk 24 alone ends beyond what `u32` can name.
const CHUNKS: usize = 25;

pub(crate) struct Arena<T> {
    chunks: [OnceLock<Box<[T]>>; CHUNKS],
}

impl<T: Default> Arena<T> {
    pub(crate) fn new() -> Self {
        Self {
            chunks: std::array::from_fn(|_| OnceLock::new()),
        }
    }

    /// The slot `index`, which springs into being on first use.
    pub(crate) fn get(&self, index: u32) -> &T {
        // Chunk k starts at FIRST * (2^k - 1).
        let row = index / FIRST + 1;
        let chunk = row.ilog2();
        let start = FIRST * ((1 << chunk) - 1);
        let slots = self.chunks[chunk as usize].get_or_init(|| {
            std::iter::repeat_with(T::default)
                .take((FIRST as usize) << chunk)
                .collect()
        });
        &slots[(index - start) as usize]
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn every_index_has_a_slot_of_its_own() {
        let arena = Arena::<AtomicU32>::new();
        for index in 0..5_000 {
            arena.get(index).store(index, Ordering::Relaxed);
        }
        for index in 0..5_000 {
            assert_eq!(arena.get(index).load(Ordering::Relaxed), index);
        }
    }
}
