//! Error of a command.

use parevm::ExecuteError;
use parevm_testkit::fixture::LoadError;
use std::{error::Error, io, path::PathBuf};

/// Error of a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The threads of the engine cannot be started.
    #[error("the engine's threads cannot be started")]
    Threads(#[source] Box<dyn Error + Send + Sync>),
    /// A fixture cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A block cannot be executed.
    #[error("{} cannot be executed", path.display())]
    Execute { path: PathBuf, source: ExecuteError },
    /// A selected block cannot be executed.
    #[error("block {name} cannot be executed")]
    Block { name: String, source: ExecuteError },
    /// No selected block has this name.
    #[error("no block has the name {name}")]
    Unknown { name: String },
    /// The process that executed a block failed.
    #[error("the process that executed block {name} failed")]
    Process { name: String },
    /// The memory of a process cannot be measured.
    #[error("the memory of a process cannot be measured")]
    Memory(#[source] io::Error),
    /// The folder of blocks cannot be listed.
    #[error("folder {} cannot be read", path.display())]
    Folder { path: PathBuf, source: io::Error },
    /// The folder has no blocks.
    #[error("folder {} has no .json or .json.gz file", path.display())]
    Empty { path: PathBuf },
    /// The result cannot be written.
    #[error("{} cannot be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// The result cannot be encoded.
    #[error("the result cannot be encoded")]
    Encode(#[from] serde_json::Error),
}

/// Returns the error and its causes, on one line.
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
