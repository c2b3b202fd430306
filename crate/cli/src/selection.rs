//! Selection of blocks: recorded and synthetic ones.

use crate::error::CliError;
use clap::ValueEnum;
use parevm::{Block, Engine, MemoryState};
use parevm_testkit::{
    fixture,
    workload::{self, Workload},
};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Selection {
    /// Recorded or synthetic blocks.
    #[arg(long, value_enum, default_value_t = Suite::Mainnet)]
    suite: Suite,
    /// Folder of block fixtures for the mainnet suite.
    #[arg(long)]
    blocks: Option<PathBuf>,
    /// Transactions of each synthetic block. Default: that of the suite.
    #[arg(long)]
    count: Option<usize>,
    /// Names of the blocks. Default: all.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Suite {
    /// Recorded blocks.
    Mainnet,
    /// Synthetic blocks.
    Synthetic,
}

/// Source of a block. Only one block is loaded at a time: all of them would fill the memory of a small machine.
#[derive(Clone, Debug)]
pub(crate) enum BlockSource {
    File(PathBuf),
    Synthetic { workload: Workload, count: usize },
}

/// Block with the state before it.
pub(crate) struct LoadedBlock {
    pub(crate) name: String,
    pub(crate) block: Block,
    pub(crate) state: MemoryState,
}

impl Selection {
    pub(crate) fn sources(&self) -> Result<Vec<BlockSource>, CliError> {
        let mut sources = match self.suite {
            Suite::Mainnet => {
                let folder = self.blocks.clone().unwrap_or_else(fixture::blocks_folder);
                files(&folder)?.into_iter().map(BlockSource::File).collect()
            }
            Suite::Synthetic => workload::SYNTHETIC
                .into_iter()
                .map(|workload| BlockSource::Synthetic {
                    workload,
                    count: self.count.unwrap_or(workload.count),
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

impl BlockSource {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::File(path) => fixture::name(path),
            Self::Synthetic { workload, .. } => workload.name,
        }
    }

    /// Returns the command-line arguments that select only this block.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut words = vec!["--only".into(), self.name().into()];
        match self {
            Self::File(path) => {
                words.push("--blocks".into());
                words.push(path.parent().unwrap_or(Path::new(".")).into());
            }
            Self::Synthetic { count, .. } => {
                words.extend(["--suite", "synthetic", "--count"].map(OsString::from));
                words.push(count.to_string().into());
            }
        }
        words
    }

    /// Loads or generates the block.
    pub(crate) fn load(&self, engine: &Engine) -> Result<LoadedBlock, CliError> {
        let (block, state) = match self {
            Self::File(path) => {
                let loaded = fixture::load(engine, path)?;
                (loaded.block, loaded.state)
            }
            Self::Synthetic { workload, count } => (workload.make)(*count),
        };
        Ok(LoadedBlock {
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
