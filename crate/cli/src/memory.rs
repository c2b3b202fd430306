//! Command `memory`: measures peak memory next to plain revm, each in a separate process.

use crate::{
    error::CliError,
    figures::{Figures, is_stdout},
    profile::MemoryUsage,
    selection::{BlockSource, Selection},
};
use serde::Serialize;
use std::{
    env,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
};

#[derive(Debug, clap::Args)]
pub(crate) struct MemoryArguments {
    #[command(flatten)]
    selection: Selection,
    /// Executing threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Executions of the block in each process.
    #[arg(long, default_value_t = 3)]
    repeat: usize,
    /// File for the results, `-` for stdout.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Peak memory of one block after decoding, in bytes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MemoryRow {
    name: String,
    threads: usize,
    /// Memory before the reference loop.
    before_bytes: u64,
    plain_bytes: u64,
    parallel_bytes: u64,
    ratio: f64,
}

/// Block with the highest ratio to plain revm.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WorstRatio {
    threads: usize,
    worst: f64,
    worst_name: String,
}

pub(crate) fn run(arguments: &MemoryArguments) -> Result<ExitCode, CliError> {
    let json = arguments.json.as_deref();
    let print = |line: &str| {
        if json.is_some_and(is_stdout) {
            err!("{line}");
        } else {
            out!("{line}");
        }
    };
    print("block             before MB   plain MB  parallel MB  ratio");
    let mut rows = Vec::new();
    for source in arguments.selection.sources()? {
        let plain = profile(&source, "plain", arguments)?;
        let parallel = profile(&source, "parallel", arguments)?;
        let row = MemoryRow {
            name: source.name().to_owned(),
            threads: arguments.threads,
            before_bytes: plain.before_bytes,
            plain_bytes: plain.peak_bytes,
            parallel_bytes: parallel.peak_bytes,
            ratio: parallel.peak_bytes as f64 / plain.peak_bytes as f64,
        };
        print(&format!(
            "{:<16} {:>10.1} {:>10.1} {:>12.1} {:>6.2}",
            row.name,
            megabytes(row.before_bytes),
            megabytes(row.plain_bytes),
            megabytes(row.parallel_bytes),
            row.ratio
        ));
        rows.push(row);
    }
    let worst = rows
        .iter()
        .max_by(|one, other| one.ratio.total_cmp(&other.ratio));
    let aggregate: Vec<_> = worst
        .map(|row| WorstRatio {
            threads: row.threads,
            worst: row.ratio,
            worst_name: row.name.clone(),
        })
        .into_iter()
        .collect();
    for one in &aggregate {
        print(&format!(
            "{} threads: at most {:.2} times the memory of plain revm ({})",
            one.threads, one.worst, one.worst_name
        ));
    }
    if let Some(path) = json {
        Figures::new(rows, aggregate).write(path)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Executes the block in a separate process.
fn profile(
    source: &BlockSource,
    run: &str,
    arguments: &MemoryArguments,
) -> Result<MemoryUsage, CliError> {
    let mut command = Command::new(env::current_exe().map_err(CliError::Memory)?);
    command
        .arg("profile")
        .args(source.arguments())
        .args(["--run", run])
        .args(["--threads", &arguments.threads.to_string()])
        .args(["--repeat", &arguments.repeat.to_string()])
        // Returns freed memory at once. Otherwise the garbage of decoding hides the memory of the execution.
        .env("MIMALLOC_PURGE_DELAY", "0")
        .stderr(Stdio::inherit());
    let output = command.output().map_err(CliError::Memory)?;
    if !output.status.success() {
        return Err(CliError::Process {
            name: source.name().to_owned(),
        });
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
