//! Workloads of the synthetic suite.

use super::{erc20, erc20_into_one, hot_mix, one_pool, swaps, transfers};
use parevm::{Block, MemoryState};

/// Workload: one kind of generated block.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// Name in the results of benchmarks.
    pub name: &'static str,
    /// Number of transactions in the suite: about 1 Ggas for the conflict-free workloads.
    pub count: usize,
    /// Generates a block with this number of transactions, and the state before it.
    pub make: fn(usize) -> (Block, MemoryState),
}

/// Workloads of the synthetic suite.
pub const SYNTHETIC: [Workload; 6] = [
    workload("transfers", 47_620, transfers),
    workload("erc20", 33_000, erc20),
    workload("erc20-into-one", 33_000, erc20_into_one),
    workload("swaps", 6_400, swaps),
    workload("one-pool", 1_000, one_pool),
    workload("hot-mix", 10_000, hot_mix),
];

const fn workload(
    name: &'static str,
    count: usize,
    make: fn(usize) -> (Block, MemoryState),
) -> Workload {
    Workload { name, count, make }
}

/// Error of an unknown workload name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown workload {name:?}; expected {}", SYNTHETIC.map(|it| it.name).join(", "))]
pub struct UnknownWorkload {
    /// Unknown name.
    pub name: String,
}

impl Workload {
    /// Returns the workload `name`.
    ///
    /// # Errors
    ///
    /// No workload has this name.
    pub fn named(name: &str) -> Result<Self, UnknownWorkload> {
        SYNTHETIC
            .into_iter()
            .find(|it| it.name == name)
            .ok_or_else(|| UnknownWorkload {
                name: name.to_owned(),
            })
    }
}
