//! Why a command failed.

use parevm::ExecuteError;
use parevm_testkit::fixture::LoadError;
use std::{error::Error, io, path::PathBuf};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The threads of the engine cannot be started.
    #[error("the engine's threads cannot be started")]
    Threads(#[source] Box<dyn Error + Send + Sync>),
    /// A fixture cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A block cannot be executed.
    #[error("{} cannot be executed", path.display())]
    Execute { path: PathBuf, source: ExecuteError },
    /// A selected block cannot be executed.
    #[error("block {name} cannot be executed")]
    Subject { name: String, source: ExecuteError },
    /// No selected block has this name.
    #[error("no block is called {name}")]
    Unknown { name: String },
    /// The process that was to run a block failed.
    #[error("the process that ran block {name} failed")]
    Probe { name: String },
    /// The memory of a process cannot be told.
    #[error("the memory of a process cannot be measured")]
    Memory(#[source] io::Error),
    /// The folder of blocks cannot be listed.
    #[error("folder {} cannot be read", path.display())]
    Folder { path: PathBuf, source: io::Error },
    /// The folder holds no blocks.
    #[error("folder {} holds no .json or .json.gz file", path.display())]
    Empty { path: PathBuf },
    /// The result cannot be written.
    #[error("{} cannot be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// The result cannot be encoded.
    #[error("the result cannot be encoded")]
    Encode(#[from] serde_json::Error),
}

/// The error and its causes, in one line.
pub(crate) fn in_words(error: &CliError) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}
