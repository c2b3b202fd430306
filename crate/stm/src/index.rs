//! Indices of transactions and workers, ids of locations. None can be mistaken for another.

use std::fmt;

/// Index of a transaction in its block, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxIndex(u32);

impl TxIndex {
    /// Returns the index `value`. A block never has more than `u32::MAX` transactions:
    /// [`WorkOrder`](crate::WorkOrder) counts them in a `u32`.
    #[must_use]
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// Returns the index as a number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Returns the index as a subscript.
    #[must_use]
    pub const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for TxIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Number of a worker, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerId(usize);

impl WorkerId {
    /// Returns the worker with number `value`.
    #[must_use]
    pub const fn new(value: usize) -> Self {
        Self(value)
    }

    /// Returns the worker's number.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0
    }
}

/// Dense id of a location, given on first use and valid for one
/// [`MvMemory`](crate::MvMemory).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocationId(pub(crate) u32);

/// Mode of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Lower transactions may be uncommitted: reads are speculative, and validated later.
    Optimistic,
    /// Every lower transaction is committed: reads return committed values and need no validation.
    AtCommitIndex,
}
