//! The multi-version memory of a block's state, and the epochs of its storages.

use super::{
    location::Location,
    value::{Epoch, StateValue},
};
use parevm_stm::MvMemory;
use std::{
    ops::Deref,
    sync::atomic::{AtomicU64, Ordering},
};

/// The multi-version memory of a block.
#[derive(Debug)]
pub(crate) struct StateMemory {
    memory: MvMemory<Location, StateValue>,
    /// The first epoch that no run on this memory has.
    next: AtomicU64,
}

impl StateMemory {
    /// As [`MvMemory::with_capacity`].
    pub(crate) fn with_capacity(seed: u64, locations: usize) -> Self {
        Self {
            memory: MvMemory::with_capacity(seed, locations),
            next: AtomicU64::new(Epochs::FIRST),
        }
    }

    /// Returns epochs for a run of `count` transactions: larger than those of all earlier runs.
    pub(crate) fn epochs(&self, count: u32) -> Epochs {
        // Relaxed: the number is all that is handed over.
        let first = self.next.fetch_add(u64::from(count) + 2, Ordering::Relaxed);
        Epochs { first, count }
    }
}

impl Deref for StateMemory {
    type Target = MvMemory<Location, StateValue>;

    fn deref(&self) -> &Self::Target {
        &self.memory
    }
}

/// The epochs that may begin in one run, in the order of what begins them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Epochs {
    first: Epoch,
    count: u32,
}

impl Epochs {
    /// 0 is the storage before the block.
    const FIRST: Epoch = 1;

    /// Those of the first run on a memory.
    #[cfg(test)]
    pub(crate) const fn of_first_run(count: u32) -> Self {
        Self {
            first: Self::FIRST,
            count,
        }
    }

    /// The epoch that begins where the protocol empties a storage before the first transaction.
    pub(crate) const fn before(self) -> Epoch {
        self.first
    }

    /// The epoch that begins where transaction `index` empties a storage.
    pub(crate) const fn of(self, index: u32) -> Epoch {
        self.first + 1 + index as u64
    }

    /// The epoch that begins where the protocol empties a storage after the last transaction.
    pub(crate) const fn after(self) -> Epoch {
        self.of(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_of_runs_on_one_memory_grow_and_are_never_the_same() {
        let memory = StateMemory::with_capacity(0, 0);
        let all = |epochs: Epochs| [epochs.before(), epochs.of(0), epochs.of(1), epochs.after()];
        assert_eq!(all(memory.epochs(2)), [1, 2, 3, 4]);
        assert_eq!(all(memory.epochs(2)), [5, 6, 7, 8]);
        let empty = memory.epochs(0);
        assert_eq!([empty.before(), empty.after()], [9, 10]);
        assert_eq!(memory.epochs(0).before(), 11);
    }
}
