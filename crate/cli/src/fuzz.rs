//! Makes blocks and bytes from seeds and compares every way to run or read them.

mod blocks;
mod decoders;
mod export;
mod report;
mod watch;

use crate::error::CliError;
use clap::ValueEnum;
use parevm_testkit::fixture;
use report::Report;
use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};
use watch::Watch;

/// So many differences are enough to look at.
const ENOUGH: usize = 10;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What is tried; everything in turn if it is left out.
    #[arg(long, value_enum)]
    target: Vec<Target>,
    /// Seconds after which no other seed is begun.
    #[arg(long, default_value_t = 60)]
    time: u64,
    /// The first seed of each target. The next ones follow.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Seeds of each target after which it ends.
    #[arg(long)]
    count: Option<u64>,
    /// Numbers of executing threads.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 4, 8])]
    threads: Vec<usize>,
    /// Folder of the blocks that are mutated. Default: `blocks` of the folder that PAREVM_DATA names,
    /// else those in the package.
    #[arg(long)]
    blocks: Option<PathBuf>,
    /// Prints a hash of what each made block leaves, and compares nothing.
    #[arg(long)]
    digest: bool,
    /// Prints each made block with the state before it and what it leaves, as one line of JSON for
    /// other engines, and compares nothing.
    #[arg(long)]
    export: bool,
    /// Writes well-formed inputs of every decoder below this folder, for other fuzzers.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
}

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Random blocks.
    Blocks,
    /// Recorded blocks, spoilt.
    Mutations,
    /// Bytes for all that reads bytes of others.
    Decoders,
}

/// Tries seeds until the time is over.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, CliError> {
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
    let watch = Watch::start();
    let mut report = Report::default();
    let mut blocks = blocks::Blocks::new(&threads, &folder)?;
    // A panic is told as a finding, with its seed.
    std::panic::set_hook(Box::new(|_| {}));
    let mut next = [arguments.seed; 3];
    let mut told = start;
    'time: loop {
        let mut is_over = true;
        for target in &targets {
            // About as much time for each.
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
                if Instant::now() >= end || report.differences() >= ENOUGH {
                    break 'time;
                }
                is_over = false;
                next[at] += 1;
                watch.seed(*target, seed);
                match target {
                    Target::Blocks => blocks.made(seed, &mut report),
                    Target::Mutations => blocks.mutated(seed, &mut report)?,
                    Target::Decoders => decoders.read(seed, &mut report),
                }
            }
        }
        if is_over {
            break;
        }
        if told.elapsed() > Duration::from_secs(60) {
            told = Instant::now();
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
