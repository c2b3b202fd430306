//! Native command line: replays and benchmarks blocks, and runs official fixtures.
//!
//! Plain revm and parevm run in one process with one allocator, mimalloc.

#![forbid(unsafe_code)]

#[macro_use]
mod terminal;

mod aggregate;
mod bench;
mod conformance;
mod constants;
mod error;
mod figures;
mod fuzz;
mod hardware_ceiling;
mod machine;
mod memory;
mod profile;
mod replay;
mod selection;
mod stress;
mod time_shares;

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
    /// Executes blocks and compares the outcomes with their headers.
    Replay(replay::ReplayArguments),
    /// Measures blocks next to plain revm.
    Bench(bench::BenchArguments),
    /// Runs official fixtures.
    Conformance(conformance::ConformanceArguments),
    /// Measures peak memory next to plain revm.
    Memory(memory::MemoryArguments),
    /// Executes blocks in parallel many times and compares each outcome with the sequential one.
    Stress(stress::StressArguments),
    /// Generates blocks and bytes from seeds, and compares every way to execute or decode them.
    Fuzz(fuzz::FuzzArguments),
    /// Executes one block, for a profiler.
    #[command(hide = true)]
    Profile(profile::ProfileArguments),
}

fn main() -> ExitCode {
    let command = match Arguments::try_parse() {
        Ok(arguments) => arguments.command,
        // The text quotes the arguments. Help and version are such an error, too.
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
        Command::Profile(arguments) => profile::run(&arguments),
    };
    match ran {
        Ok(code) => code,
        Err(error) => {
            err!("error: {}", clean(&in_words(&error)));
            ExitCode::FAILURE
        }
    }
}

/// Creates the engine of a command.
fn engine(threads: Option<usize>) -> Result<parevm::Engine, CliError> {
    parevm::Engine::new(threads.unwrap_or(0)).map_err(|error| CliError::Threads(error.into()))
}
