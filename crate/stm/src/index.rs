//! Names of transactions, workers and locations. None can be mistaken for
//! another.

use std::fmt;

/// Place of a transaction in its block, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxIndex(u32);

impl TxIndex {
    /// The index `value`. A block never holds more than `u32::MAX` transactions:
    /// [`WorkOrder`](crate::WorkOrder) counts them in a `u32`.
    #[must_use]
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// The index as a number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The index as a subscript.
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
    /// The worker with number `value`.
    #[must_use]
    pub const fn new(value: usize) -> Self {
        Self(value)
    }

    /// The worker's number.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0
    }
}

/// Dense name of a location, given on first use and valid for one
/// [`Memory`](crate::Memory).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocationId(pub(crate) u32);

/// How a transaction runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Lower transactions may still be running: what is read is a guess that
    /// is validated later.
    Optimistic,
    /// Every lower transaction is final: what is read is the truth.
    Final,
}
