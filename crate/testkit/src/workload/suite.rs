//! The blocks of the synthetic suite.

use super::{erc20, erc20_into_one, hot_mix, one_pool, swaps, transfers};
use parevm::{Block, MemoryState};

/// One kind of made block.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it is called in figures.
    pub name: &'static str,
    /// Transactions in the suite: about 1 Ggas for the kinds that do not meet.
    pub count: usize,
    /// Makes a block with so many transactions, and the state before it.
    pub make: fn(usize) -> (Block, MemoryState),
}

/// The blocks of the synthetic suite.
pub const SYNTHETIC: [Kind; 6] = [
    kind("transfers", 47_620, transfers),
    kind("erc20", 33_000, erc20),
    kind("erc20-into-one", 33_000, erc20_into_one),
    kind("swaps", 6_400, swaps),
    kind("one-pool", 1_000, one_pool),
    kind("hot-mix", 10_000, hot_mix),
];

const fn kind(name: &'static str, count: usize, make: fn(usize) -> (Block, MemoryState)) -> Kind {
    Kind { name, count, make }
}

/// No made block has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no made block is called {name:?}, the names are {}", SYNTHETIC.map(|kind| kind.name).join(", "))]
pub struct UnknownKind {
    /// What was asked for.
    pub name: String,
}

impl Kind {
    /// The kind that is called `name`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, UnknownKind> {
        SYNTHETIC
            .into_iter()
            .find(|kind| kind.name == name)
            .ok_or_else(|| UnknownKind {
                name: name.to_owned(),
            })
    }
}
