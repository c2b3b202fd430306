//! Runs one block so that another program can watch: memory and instructions.

use crate::{
    engine,
    error::CliError,
    subject::{Selection, Subject},
};
use parevm::{
    Engine, ExecuteError, ExecuteOptions, Executor, execute::UnknownExecutor, vm::Environment,
};
use parevm_testkit::baseline;
use serde::{Deserialize, Serialize};
use std::{fs, hint::black_box, io, process::ExitCode, str::FromStr};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// plain, sequential, parallel, bal or auto.
    #[arg(long)]
    run: Way,
    /// Executing threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// How often the block is run.
    #[arg(long, default_value_t = 1)]
    repeat: usize,
}

/// How a block is run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// By a plain loop of revm.
    Plain,
    By(Executor),
}

/// Memory of the process, in bytes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Memory {
    /// Held when block and state were decoded.
    pub(crate) before_bytes: u64,
    /// The most that was held from then on.
    pub(crate) peak_bytes: u64,
}

impl FromStr for Way {
    type Err = UnknownExecutor;

    fn from_str(name: &str) -> Result<Self, UnknownExecutor> {
        if name == "plain" {
            return Ok(Self::Plain);
        }
        name.parse().map(Self::By)
    }
}

/// Runs the first block that is selected and prints [`Memory`] as JSON.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let engine = engine(Some(arguments.threads))?;
    let Some(source) = arguments.selection.sources()?.into_iter().next() else {
        return Ok(ExitCode::FAILURE);
    };
    let subject = source.load(&engine)?;
    forget_peak().map_err(CliError::Memory)?;
    let before_bytes = held("VmRSS:").map_err(CliError::Memory)?;
    for _ in 0..arguments.repeat {
        once(&engine, arguments.run, &subject).map_err(|source| CliError::Subject {
            name: subject.name.clone(),
            source,
        })?;
    }
    let memory = Memory {
        before_bytes,
        peak_bytes: held("VmHWM:").map_err(CliError::Memory)?,
    };
    out!("{}", serde_json::to_string(&memory)?);
    Ok(ExitCode::SUCCESS)
}

fn once(engine: &Engine, way: Way, subject: &Subject) -> Result<(), ExecuteError> {
    let Subject { block, state, .. } = subject;
    match way {
        Way::Plain => {
            black_box(baseline::run(block, state)?);
        }
        Way::By(executor) => {
            let options = ExecuteOptions {
                executor,
                ..Default::default()
            };
            black_box(engine.run(block, &Environment::new(block), state, &options)?);
        }
    }
    Ok(())
}

/// Lets the kernel count the process's peak from what it holds now.
fn forget_peak() -> io::Result<()> {
    fs::write("/proc/self/clear_refs", "5")
}

/// Bytes on the line `field` of the process's status.
fn held(field: &str) -> io::Result<u64> {
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
