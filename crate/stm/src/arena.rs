//! Arena: a list that grows without moving its elements, so that readers need no lock on the list
//! itself.

use crate::sync::OnceLock;

/// Elements of a chunk, which are allocated together. A worker that takes all indices of a chunk
/// shares its memory with no other.
pub(crate) const CHUNK: u32 = if cfg!(parevm_loom) { 4 } else { 128 };
/// Number of rows: the last one ends above `u32::MAX`.
const ROWS: usize = 26;

/// Chunks in rows, each of which is twice as long as the one before. So no row ever moves, and
/// nobody waits for more than the allocation of a row or a chunk.
pub(crate) struct Arena<T> {
    rows: [OnceLock<Row<T>>; ROWS],
}

type Row<T> = Box<[OnceLock<Box<[T]>>]>;

impl<T: Default> Arena<T> {
    pub(crate) fn new() -> Self {
        Self {
            rows: std::array::from_fn(|_| OnceLock::new()),
        }
    }

    /// Returns element `index`, which is created on first use.
    pub(crate) fn get(&self, index: u32) -> &T {
        // Row k has the chunks 2^k - 1 to 2^(k + 1) - 2.
        let chunk = index / CHUNK + 1;
        let row = chunk.ilog2();
        let length = 1_usize << row;
        let chunks = self.rows[row as usize]
            .get_or_init(|| std::iter::repeat_with(OnceLock::new).take(length).collect());
        let elements = chunks[chunk as usize - length].get_or_init(|| {
            std::iter::repeat_with(T::default)
                .take(CHUNK as usize)
                .collect()
        });
        &elements[(index % CHUNK) as usize]
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn every_index_has_an_element_of_its_own() {
        let arena = Arena::<AtomicU32>::new();
        for index in 0..5_000 {
            arena.get(index).store(index, Ordering::Relaxed);
        }
        for index in 0..5_000 {
            assert_eq!(arena.get(index).load(Ordering::Relaxed), index);
        }
    }
}
