//! Multi-version memory of a block's state, and the epochs of its storages.

use super::{
    location::Location,
    value::{Epoch, StateValue},
};
use parevm_stm::MvMemory;
use std::{
    ops::Deref,
    sync::atomic::{AtomicU64, Ordering},
};

/// Multi-version memory of a block's state.
#[derive(Debug)]
pub(crate) struct StateMemory {
    memory: MvMemory<Location, StateValue>,
    /// First epoch that no execution on this memory has.
    next_epoch: AtomicU64,
}

impl StateMemory {
    /// Creates a memory, as [`MvMemory::with_capacity`].
    pub(crate) fn with_capacity(seed: u64, locations: usize) -> Self {
        Self {
            memory: MvMemory::with_capacity(seed, locations),
            next_epoch: AtomicU64::new(Epochs::FIRST),
        }
    }

    /// Allocates the epochs of an execution of `count` transactions: larger than those of all earlier executions.
    pub(crate) fn epochs(&self, count: u32) -> Epochs {
        // Relaxed: the counter publishes nothing else.
        let first = self
            .next_epoch
            .fetch_add(u64::from(count) + 2, Ordering::Relaxed);
        Epochs { first, count }
    }
}

impl Deref for StateMemory {
    type Target = MvMemory<Location, StateValue>;

    fn deref(&self) -> &Self::Target {
        &self.memory
    }
}

/// Epochs that can start in one execution of a block, in the order of their causes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Epochs {
    first: Epoch,
    count: u32,
}

impl Epochs {
    /// First epoch; 0 is the storage before the block.
    const FIRST: Epoch = 1;

    /// Returns the epochs of the first execution on a memory.
    #[cfg(test)]
    pub(crate) const fn first(count: u32) -> Self {
        Self {
            first: Self::FIRST,
            count,
        }
    }

    /// Returns the epoch of a storage that the pre-execution changes clear.
    pub(crate) const fn pre_execution(self) -> Epoch {
        self.first
    }

    /// Returns the epoch of a storage that transaction `index` clears.
    pub(crate) const fn of(self, index: u32) -> Epoch {
        self.first + 1 + index as u64
    }

    /// Returns the epoch of a storage that the post-execution changes clear.
    pub(crate) const fn post_execution(self) -> Epoch {
        self.of(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_of_executions_on_one_memory_are_distinct_and_ascending() {
        let memory = StateMemory::with_capacity(0, 0);
        let all = |epochs: Epochs| {
            let (pre, post) = (epochs.pre_execution(), epochs.post_execution());
            [pre, epochs.of(0), epochs.of(1), post]
        };
        assert_eq!(all(memory.epochs(2)), [1, 2, 3, 4]);
        assert_eq!(all(memory.epochs(2)), [5, 6, 7, 8]);
        let empty = memory.epochs(0);
        assert_eq!([empty.pre_execution(), empty.post_execution()], [9, 10]);
        assert_eq!(memory.epochs(0).pre_execution(), 11);
    }
}
