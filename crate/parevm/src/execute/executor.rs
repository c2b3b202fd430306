//! Executors by name.

use std::{fmt, str::FromStr};

/// Executor of a block. Every executor returns the same outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Executor {
    /// The one that is expected to be fastest.
    #[default]
    Auto,
    /// Optimistic execution (Block-STM) on several threads; `parallel` to users.
    Optimistic,
    /// One transaction after the other, on the calling thread.
    Sequential,
    /// Every transaction once, on the state that the block access list gives it (EIP-7928).
    Bal,
}

impl Executor {
    /// Name that users write: `auto`, `parallel`, `sequential` or `bal`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Optimistic => "parallel",
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
        [Self::Auto, Self::Optimistic, Self::Sequential, Self::Bal]
            .into_iter()
            .find(|executor| executor.name() == name)
            .ok_or_else(|| UnknownExecutor {
                name: name.to_owned(),
            })
    }
}

/// Error of a name that no executor has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no executor is called {name:?}, the names are auto, parallel, sequential and bal")]
pub struct UnknownExecutor {
    /// The unknown name.
    pub name: String,
}
