//! Runs official fixtures: every file below a folder, on all cores.

mod archive;
mod files;
mod progress;
mod report;
mod sample;
#[cfg(test)]
mod tampered;

use crate::{engine, error::CliError, machine::now_ms};
use files::{File, Found};
use parevm::{Engine, Executor};
use parevm_testkit::conformance::{Setup, Suite, Verdict};
use progress::Progress;
use report::Report;
use sample::Sample;
use std::{
    io,
    path::PathBuf,
    process::ExitCode,
    sync::{Mutex, PoisonError, mpsc},
    thread,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which fixtures these are.
    #[arg(long)]
    suite: Suite,
    /// Folder of fixtures: .json, .json.gz, and archives .tar.xz, .tar.gz and .tar of them.
    #[arg(long)]
    dir: PathBuf,
    /// Executing threads of each engine; one per core if left out. Files run on all cores in any case.
    #[arg(long)]
    threads: Option<usize>,
    /// A case passes when it passes with each of these: auto, sequential, parallel, bal.
    #[arg(long, value_delimiter = ',', default_values_t = [Executor::Sequential, Executor::Optimistic])]
    executor: Vec<Executor>,
    /// Share of the files that is run.
    #[arg(long, default_value_t = 100.0, value_name = "PERCENT")]
    sample: f64,
    /// Chooses which files are in the sample.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Runs only the case of this name.
    #[arg(long)]
    case: Option<String>,
    /// Prints each step of the case's transactions as EIP-3155 says.
    #[arg(long, requires = "case")]
    trace: bool,
    /// Writes counts, failures and skips to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs the suite. A file that cannot be used is a failed case, and the next one is run.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let engines: Vec<Engine> = (0..workers)
        .map(|_| engine(arguments.threads))
        .collect::<Result<_, _>>()?;
    let threads = engines.first().map_or(0, Engine::threads);
    let report = Mutex::new(Report::new(arguments.suite, threads, &arguments.executor));
    // A few files ahead, so that no worker waits for the disk and memory stays small.
    let (sender, receiver) = mpsc::sync_channel(2 * workers);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        let (report, receiver) = (&report, &receiver);
        let running: Vec<_> = engines
            .iter()
            .map(|engine| {
                scope.spawn(move || {
                    loop {
                        // The lock is held only while this worker waits for a file.
                        let next = lock(receiver).recv();
                        let Ok(found) = next else { break };
                        run_file(arguments, engine, found, report);
                    }
                })
            })
            .collect();
        let progress = Progress::start(scope, report);
        let sample = Sample {
            percent: arguments.sample,
            seed: arguments.seed,
        };
        files::walk(&arguments.dir, arguments.suite, sample, &mut |found| {
            // Fails only when all workers are gone, and they do not go before this ends.
            let _ = sender.send(found);
        });
        drop(sender);
        for worker in running {
            let _ = worker.join();
        }
        progress.stop();
    });
    let report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = &arguments.json {
        report.write(path)?;
    }
    Ok(report.print())
}

fn run_file(arguments: &Arguments, engine: &Engine, found: Found, report: &Mutex<Report>) {
    let Found { name, file } = found;
    let mut verdicts = Vec::new();
    match file.and_then(File::read) {
        Ok(text) => {
            let setup = Setup {
                engine,
                executors: &arguments.executor,
                only: arguments.case.as_deref(),
                trace: arguments.trace.then_some(&|| Box::new(io::stdout())),
                now: now_ms,
            };
            let mut keep = |verdict| verdicts.push(verdict);
            arguments.suite.run(&name, &text, &setup, &mut keep);
        }
        Err(reason) => verdicts.push(Verdict::broken(&name, reason)),
    }
    lock(report).add(&name, verdicts);
}

/// What a panicking worker left is whole: verdicts are added one file at a time.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
