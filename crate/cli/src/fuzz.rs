//! Command `fuzz`: generates blocks and bytes from seeds, and compares every way to execute or decode them.

mod blocks;
mod decoders;
mod export;
mod report;
mod watchdog;

use crate::error::CliError;
use clap::ValueEnum;
use parevm_testkit::fixture;
use report::FuzzReport;
use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};
use watchdog::Watchdog;

/// Number of differences after which the command ends.
const MAX_DIFFERENCES: usize = 10;

#[derive(Debug, clap::Args)]
pub(crate) struct FuzzArguments {
    /// Targets. Default: all, in turns.
    #[arg(long, value_enum)]
    target: Vec<Target>,
    /// Seconds after which no new seed starts.
    #[arg(long, default_value_t = 60)]
    time: u64,
    /// First seed of each target.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Number of seeds of each target. Default: unlimited.
    #[arg(long)]
    count: Option<u64>,
    /// Numbers of executing threads.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 4, 8])]
    threads: Vec<usize>,
    /// Folder of the blocks that are mutated. Default: `blocks` in the folder of PAREVM_DATA, else the blocks in the
    /// package.
    #[arg(long)]
    blocks: Option<PathBuf>,
    /// Prints the digest of each generated block's outcome, and compares nothing.
    #[arg(long)]
    digest: bool,
    /// Prints each generated block with the state before it and its outcome, as a line of JSON for other engines, and
    /// compares nothing.
    #[arg(long)]
    export: bool,
    /// Writes well-formed inputs of every decoder to this folder, for other fuzzers.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
}

/// Target of the fuzzer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Random blocks.
    Blocks,
    /// Mutated recorded blocks.
    Mutations,
    /// Mutated bytes for every decoder.
    Decoders,
}

/// Runs seeds until the time is over.
pub(crate) fn run(arguments: &FuzzArguments) -> Result<ExitCode, CliError> {
    let mut threads = arguments.threads.clone();
    if arguments.digest {
        threads.truncate(1);
        return blocks::digests(arguments.seed, arguments.count.unwrap_or(100), &threads);
    }
    if arguments.export {
        return export::run(arguments.seed, arguments.count.unwrap_or(100));
    }
    let folder = arguments.blocks.clone();
    let folder = folder.unwrap_or_else(fixture::blocks_folder);
    let decoders = decoders::Decoders::new(&folder)?;
    if let Some(corpus) = &arguments.corpus {
        return decoders.write(corpus);
    }
    let mut targets = arguments.target.clone();
    if targets.is_empty() {
        targets = vec![Target::Blocks, Target::Mutations, Target::Decoders];
    }
    let start = Instant::now();
    let end = start + Duration::from_secs(arguments.time);
    let watchdog = Watchdog::start();
    let mut report = FuzzReport::default();
    let mut blocks = blocks::Blocks::new(&threads, &folder)?;
    // A panic is reported as a finding, with its seed.
    std::panic::set_hook(Box::new(|_| {}));
    let mut next = [arguments.seed; 3];
    let mut last_report = start;
    'time: loop {
        let mut is_over = true;
        for target in &targets {
            // About the same time for each target.
            let (at, batch) = match target {
                Target::Blocks => (0, 24),
                Target::Mutations => (1, 8),
                Target::Decoders => (2, 600),
            };
            for _ in 0..batch {
                let seed = next[at];
                if arguments
                    .count
                    .is_some_and(|count| seed - arguments.seed >= count)
                {
                    break;
                }
                if Instant::now() >= end || report.differences() >= MAX_DIFFERENCES {
                    break 'time;
                }
                is_over = false;
                next[at] += 1;
                watchdog.start_seed(*target, seed);
                match target {
                    Target::Blocks => blocks.generated(seed, &mut report),
                    Target::Mutations => blocks.mutated(seed, &mut report)?,
                    Target::Decoders => decoders.decode(seed, &mut report),
                }
            }
        }
        if is_over {
            break;
        }
        if last_report.elapsed() > Duration::from_secs(60) {
            last_report = Instant::now();
            err!("{}", report.line(start.elapsed()));
        }
    }
    out!("{}", report.table(start.elapsed()).trim_end());
    out!("{}", report.line(start.elapsed()));
    Ok(match report.differences() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
