//! Command `profile`: executes one block, for measurements of memory and instructions by other programs.

use crate::{
    engine,
    error::CliError,
    selection::{LoadedBlock, Selection},
};
use parevm::{
    Engine, ExecuteError, ExecuteOptions, Executor, execute::UnknownExecutor, vm::Environment,
};
use parevm_testkit::reference;
use serde::{Deserialize, Serialize};
use std::{fs, hint::black_box, io, process::ExitCode, str::FromStr};

#[derive(Debug, clap::Args)]
pub(crate) struct ProfileArguments {
    #[command(flatten)]
    selection: Selection,
    /// plain, sequential, parallel, bal or auto.
    #[arg(long)]
    run: Runner,
    /// Executing threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Number of executions.
    #[arg(long, default_value_t = 1)]
    repeat: usize,
}

/// Executor of parevm, or the reference loop.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Runner {
    /// Reference loop: plain revm.
    Plain,
    /// Executor.
    Parevm(Executor),
}

/// Memory of the process, in bytes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemoryUsage {
    /// Memory after decoding of block and state.
    pub(crate) before_bytes: u64,
    /// Peak from then on.
    pub(crate) peak_bytes: u64,
}

impl FromStr for Runner {
    type Err = UnknownExecutor;

    fn from_str(name: &str) -> Result<Self, UnknownExecutor> {
        if name == "plain" {
            return Ok(Self::Plain);
        }
        name.parse().map(Self::Parevm)
    }
}

/// Executes the first selected block and prints [`MemoryUsage`] as JSON.
pub(crate) fn run(arguments: &ProfileArguments) -> Result<ExitCode, CliError> {
    let engine = engine(Some(arguments.threads))?;
    let Some(source) = arguments.selection.sources()?.into_iter().next() else {
        return Ok(ExitCode::FAILURE);
    };
    let loaded = source.load(&engine)?;
    reset_peak().map_err(CliError::Memory)?;
    let before_bytes = status_bytes("VmRSS:").map_err(CliError::Memory)?;
    for _ in 0..arguments.repeat {
        once(&engine, arguments.run, &loaded).map_err(|source| CliError::Block {
            name: loaded.name.clone(),
            source,
        })?;
    }
    let memory = MemoryUsage {
        before_bytes,
        peak_bytes: status_bytes("VmHWM:").map_err(CliError::Memory)?,
    };
    out!("{}", serde_json::to_string(&memory)?);
    Ok(ExitCode::SUCCESS)
}

fn once(engine: &Engine, runner: Runner, loaded: &LoadedBlock) -> Result<(), ExecuteError> {
    let LoadedBlock { block, state, .. } = loaded;
    match runner {
        Runner::Plain => {
            black_box(reference::run(block, state)?);
        }
        Runner::Parevm(executor) => {
            let options = ExecuteOptions {
                executor,
                ..Default::default()
            };
            black_box(engine.run(block, &Environment::new(block), state, &options)?);
        }
    }
    Ok(())
}

/// Resets the peak of the process's memory to the current value.
fn reset_peak() -> io::Result<()> {
    fs::write("/proc/self/clear_refs", "5")
}

/// Returns the bytes on the line `field` of the process's status.
fn status_bytes(field: &str) -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .and_then(|rest| rest.trim().strip_suffix(" kB"))
        .and_then(|number| number.parse::<u64>().ok());
    kilobytes
        .map(|kilobytes| kilobytes * 1024)
        .ok_or_else(|| io::Error::other(format!("/proc/self/status has no {field}")))
}
