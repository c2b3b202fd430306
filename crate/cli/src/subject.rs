//! The blocks that are measured: recorded and made ones.

use crate::error::CliError;
use clap::ValueEnum;
use parevm::{Block, Engine, MemoryState};
use parevm_testkit::{
    fixture,
    workload::{self, Kind},
};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Selection {
    /// Recorded blocks or made ones.
    #[arg(long, value_enum, default_value_t = Suite::Mainnet)]
    suite: Suite,
    /// Folder of block fixtures for the mainnet suite.
    #[arg(long)]
    blocks: Option<PathBuf>,
    /// Transactions of each made block, instead of the suite's own number.
    #[arg(long)]
    count: Option<usize>,
    /// Names of the blocks to take; all if left out.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Suite {
    /// Recorded blocks.
    Mainnet,
    /// Made blocks.
    Synthetic,
}

/// Where a block comes from. One block at a time is loaded: all together would fill the memory of a
/// small machine.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Made { kind: Kind, count: usize },
}

pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) block: Block,
    pub(crate) state: MemoryState,
}

impl Selection {
    pub(crate) fn sources(&self) -> Result<Vec<Source>, CliError> {
        let mut sources = match self.suite {
            Suite::Mainnet => {
                let folder = self.blocks.clone().unwrap_or_else(fixture::blocks_folder);
                files(&folder)?.into_iter().map(Source::File).collect()
            }
            Suite::Synthetic => workload::SYNTHETIC
                .into_iter()
                .map(|kind| Source::Made {
                    kind,
                    count: self.count.unwrap_or(kind.count),
                })
                .collect::<Vec<_>>(),
        };
        for name in &self.only {
            if !sources.iter().any(|source| source.name() == name) {
                return Err(CliError::Unknown { name: name.clone() });
            }
        }
        sources.retain(|source| {
            self.only.is_empty() || self.only.iter().any(|name| name == source.name())
        });
        Ok(sources)
    }
}

impl Source {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::File(path) => fixture::name(path),
            Self::Made { kind, .. } => kind.name,
        }
    }

    /// The words of a command line that select this block alone.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut words = vec!["--only".into(), self.name().into()];
        match self {
            Self::File(path) => {
                words.push("--blocks".into());
                words.push(path.parent().unwrap_or(Path::new(".")).into());
            }
            Self::Made { count, .. } => {
                words.extend(["--suite", "synthetic", "--count"].map(OsString::from));
                words.push(count.to_string().into());
            }
        }
        words
    }

    /// Reads or makes the block.
    pub(crate) fn load(&self, engine: &Engine) -> Result<Subject, CliError> {
        let (block, state) = match self {
            Self::File(path) => {
                let loaded = fixture::load(engine, path)?;
                (loaded.block, loaded.state)
            }
            Self::Made { kind, count } => (kind.make)(*count),
        };
        Ok(Subject {
            name: self.name().to_owned(),
            block,
            state,
        })
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let files = fixture::list(folder).map_err(|source| CliError::Folder {
        path: folder.to_owned(),
        source,
    })?;
    if files.is_empty() {
        return Err(CliError::Empty {
            path: folder.to_owned(),
        });
    }
    Ok(files)
}
