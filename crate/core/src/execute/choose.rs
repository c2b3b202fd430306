//! Decides which executor runs a block.

use crate::block::Block;
use std::{fmt, str::FromStr};

/// A way to run a block. All return the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Executor {
    /// Whichever is thought fastest.
    #[default]
    Auto,
    /// Optimistic, on all threads.
    Parallel,
    /// One transaction after the other.
    Sequential,
    /// By the block's access list.
    Bal,
}

impl Executor {
    /// The name users write: `auto`, `parallel`, `sequential` or `bal`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Parallel => "parallel",
            Self::Sequential => "sequential",
            Self::Bal => "bal",
        }
    }
}

impl fmt::Display for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Executor {
    type Err = UnknownExecutor;

    fn from_str(name: &str) -> Result<Self, UnknownExecutor> {
        [Self::Auto, Self::Parallel, Self::Sequential, Self::Bal]
            .into_iter()
            .find(|executor| executor.name() == name)
            .ok_or_else(|| UnknownExecutor {
                name: name.to_owned(),
            })
    }
}

/// No executor has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no executor is called {name:?}, the names are auto, parallel, sequential and bal")]
pub struct UnknownExecutor {
    /// What was asked for.
    pub name: String,
}

/// Fewer transactions than this are over before the workers have started.
const FEWEST: usize = 4;

/// The executor that runs `block` when `wanted` is asked for and `threads` threads execute, with
/// the reason in words.
#[must_use]
pub fn choose(wanted: Executor, block: &Block, threads: usize) -> (Executor, &'static str) {
    match wanted {
        Executor::Sequential => (Executor::Sequential, "asked for"),
        Executor::Parallel => (Executor::Parallel, "asked for"),
        Executor::Bal => (
            Executor::Parallel,
            "bal was asked for, but no access list can be executed yet",
        ),
        Executor::Auto if threads < 2 => (Executor::Sequential, "one thread"),
        Executor::Auto if block.transactions.len() < FEWEST => {
            (Executor::Sequential, "few transactions")
        }
        Executor::Auto => (
            Executor::Parallel,
            "several threads and enough transactions",
        ),
    }
}
