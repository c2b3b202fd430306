//! Names of the executors.

use std::{fmt, str::FromStr};

/// Executor of a block. Every executor returns the same outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Executor {
    /// Executor that is expected to be fastest.
    #[default]
    Auto,
    /// Optimistic execution (Block-STM) on several threads; `parallel` to users.
    Optimistic,
    /// Sequential execution, on the calling thread.
    Sequential,
    /// Execution by block access list: every transaction once, on the state of the list (EIP-7928).
    Bal,
}

impl Executor {
    /// Returns the name that users write: `auto`, `parallel`, `sequential` or `bal`.
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

/// Error of an unknown executor name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown executor {name:?}; expected auto, parallel, sequential or bal")]
pub struct UnknownExecutor {
    /// The unknown name.
    pub name: String,
}
