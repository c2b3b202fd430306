//! Times blocks beside plain revm.

use crate::{
    engine,
    error::CliError,
    machine::{Machine, Versions},
    sample::in_turn,
};
use clap::ValueEnum;
use parevm::{Block, Engine, ExecuteError, ExecuteOptions, MemoryState, vm::Environment};
use parevm_testkit::{baseline, fixture, workload};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Left out of the aggregate: nearly all of its time is a chain of pairings, which no schedule can
/// break up, so it hides the rest.
const NOT_AGGREGATED: &str = "23879620";

/// Losing less than this, in milliseconds, does not count as losing.
const NEGLIGIBLE_MS: f64 = 0.02;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What is timed.
    #[arg(long, value_enum, default_value_t = Suite::Mainnet)]
    suite: Suite,
    /// Folder of block fixtures for the mainnet suite.
    #[arg(long)]
    blocks: Option<PathBuf>,
    /// Numbers of executing threads.
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    threads: Vec<usize>,
    /// Samples of each figure; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Writes the figures to this file, `-` for stdout.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Suite {
    /// Recorded blocks.
    Mainnet,
    /// Made blocks.
    Synthetic,
}

#[derive(Debug, Serialize)]
struct Figures {
    machine: Machine,
    versions: Versions,
    rows: Vec<Row>,
    aggregate: Vec<Aggregate>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: String,
    threads: usize,
    plain_ms: f64,
    parallel_ms: f64,
    gas_used: u64,
}

/// All rows of one number of threads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Aggregate {
    threads: usize,
    /// Time of plain revm for all blocks by that of parevm.
    speedup: f64,
    /// The same for the block where it is least.
    worst: f64,
    gas_per_second: f64,
    without: Vec<&'static str>,
}

struct Work {
    name: String,
    block: Block,
    state: MemoryState,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let engines = arguments
        .threads
        .iter()
        .map(|threads| engine(Some(*threads)))
        .collect::<Result<Vec<_>, _>>()?;
    let to_stdout = arguments
        .json
        .as_deref()
        .is_some_and(|path| path.as_os_str() == "-");
    let print = |line: String| {
        if to_stdout {
            eprintln!("{line}")
        } else {
            println!("{line}")
        }
    };
    print(format!(
        "{:<18} {:>7} {:>12} {:>10} {:>12} {:>8}",
        "block", "threads", "gas", "plain ms", "parallel ms", "speedup"
    ));
    let mut rows = Vec::new();
    let mut take = |work: Work| -> Result<(), CliError> {
        for engine in &engines {
            let row = time(engine, &work, arguments.runs).map_err(|source| CliError::Workload {
                name: work.name.clone(),
                source,
            })?;
            print(format!(
                "{:<18} {:>7} {:>12} {:>10.3} {:>12.3} {:>8.2}",
                row.name,
                row.threads,
                row.gas_used,
                row.plain_ms,
                row.parallel_ms,
                row.plain_ms / row.parallel_ms
            ));
            rows.push(row);
        }
        Ok(())
    };
    match arguments.suite {
        // One block at a time: all together they would fill the memory of a small machine.
        Suite::Mainnet => {
            let folder = arguments
                .blocks
                .clone()
                .unwrap_or_else(fixture::blocks_folder);
            for path in files(&folder)? {
                let loaded = fixture::load(
                    engines.first().ok_or_else(|| CliError::Empty {
                        path: folder.to_owned(),
                    })?,
                    &path,
                )?;
                take(Work {
                    name: fixture::name(&path).to_owned(),
                    block: loaded.block,
                    state: loaded.state,
                })?;
            }
        }
        Suite::Synthetic => {
            for kind in workload::SYNTHETIC {
                let (block, state) = (kind.make)(kind.count);
                take(Work {
                    name: kind.name.to_owned(),
                    block,
                    state,
                })?;
            }
        }
    }
    let aggregate: Vec<_> = arguments
        .threads
        .iter()
        .zip(&engines)
        .map(|(_, engine)| aggregate(&rows, engine.threads()))
        .collect();
    for one in &aggregate {
        print(format!(
            "{} threads: {:.2} times plain revm, worst {:.2}, {:.0} Mgas/s{}",
            one.threads,
            one.speedup,
            one.worst,
            one.gas_per_second / 1e6,
            if one.without.is_empty() {
                String::new()
            } else {
                format!(", without {}", one.without.join(", "))
            },
        ));
    }
    if let Some(path) = &arguments.json {
        let figures = Figures {
            machine: Machine::this(),
            versions: Versions::this(),
            rows,
            aggregate,
        };
        let text = serde_json::to_string_pretty(&figures)?;
        if to_stdout {
            println!("{text}");
        } else {
            fs::write(path, text + "\n").map_err(|source| CliError::Write {
                path: path.clone(),
                source,
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
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

fn time(engine: &Engine, work: &Work, runs: usize) -> Result<Row, ExecuteError> {
    let Work { name, block, state } = work;
    let options = ExecuteOptions::default();
    let environment = Environment::new(block);
    let gas_used = engine.execute(block, state, &options)?.gas_used;
    let (plain_ms, parallel_ms) = in_turn(
        runs,
        || baseline::run(block, state).map(drop),
        || engine.run(block, &environment, state, &options).map(drop),
    )?;
    Ok(Row {
        name: name.clone(),
        threads: engine.threads(),
        plain_ms,
        parallel_ms,
        gas_used,
    })
}

fn aggregate(rows: &[Row], threads: usize) -> Aggregate {
    let counted = || {
        rows.iter()
            .filter(|row| row.threads == threads && row.name != NOT_AGGREGATED)
    };
    let plain: f64 = counted().map(|row| row.plain_ms).sum();
    let parallel: f64 = counted().map(|row| row.parallel_ms).sum();
    let gas: f64 = counted().map(|row| row.gas_used as f64).sum();
    let worst = counted()
        .map(|row| {
            let loss = row.parallel_ms - row.plain_ms;
            if (0.0..NEGLIGIBLE_MS).contains(&loss) {
                1.0
            } else {
                row.plain_ms / row.parallel_ms
            }
        })
        .fold(f64::INFINITY, f64::min);
    let is_left_out = rows.iter().any(|row| row.name == NOT_AGGREGATED);
    Aggregate {
        threads,
        speedup: plain / parallel,
        worst,
        gas_per_second: gas / parallel * 1e3,
        without: if is_left_out {
            vec![NOT_AGGREGATED]
        } else {
            Vec::new()
        },
    }
}
