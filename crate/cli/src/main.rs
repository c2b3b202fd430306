//! Replays and benchmarks blocks natively, to be compared with native peers, and runs
//! official fixtures.
//!
//! Plain revm and parevm run in this one process, so both have the same allocator: mimalloc.

#![forbid(unsafe_code)]

#[macro_use]
mod terminal;

mod aggregate;
mod bench;
mod capacity;
mod conformance;
mod constants;
mod error;
mod figures;
mod fuzz;
mod machine;
mod memory;
mod probe;
mod replay;
mod shares;
mod stress;
mod subject;

use clap::{Parser, Subcommand};
use error::{CliError, in_words};
use std::process::ExitCode;
use terminal::clean;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Executes Ethereum blocks in parallel.
#[derive(Debug, Parser)]
#[command(name = "parevm-cli", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs blocks and compares the results with their headers.
    Replay(replay::Arguments),
    /// Times blocks beside plain revm.
    Bench(bench::Arguments),
    /// Runs official fixtures.
    Conformance(conformance::Arguments),
    /// Compares peak memory with that of plain revm.
    Memory(memory::Arguments),
    /// Runs blocks in parallel again and again and compares each run with running them in order.
    Stress(stress::Arguments),
    /// Makes blocks and bytes from seeds and compares every way to run or read them.
    Fuzz(fuzz::Arguments),
    /// Runs one block, to be watched by another program.
    #[command(hide = true)]
    Probe(probe::Arguments),
}

fn main() -> ExitCode {
    let command = match Arguments::try_parse() {
        Ok(arguments) => arguments.command,
        // It quotes the arguments; help and version are such an error, too.
        Err(error) if error.use_stderr() => {
            err!("{}", error.to_string().trim_end());
            return ExitCode::from(2);
        }
        Err(error) => {
            out!("{}", error.to_string().trim_end());
            return ExitCode::SUCCESS;
        }
    };
    let ran = match command {
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::Memory(arguments) => memory::run(&arguments),
        Command::Stress(arguments) => stress::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Probe(arguments) => probe::run(&arguments),
    };
    match ran {
        Ok(code) => code,
        Err(error) => {
            err!("error: {}", clean(&in_words(&error)));
            ExitCode::FAILURE
        }
    }
}

/// The engine of a command.
fn engine(threads: Option<usize>) -> Result<parevm::Engine, CliError> {
    parevm::Engine::new(threads.unwrap_or(0)).map_err(|error| CliError::Threads(error.into()))
}
