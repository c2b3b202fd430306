//! Command `conformance`: runs the official fixtures of a folder, on all cores.

mod archive;
mod fixture_file;
mod folder;
mod progress_printer;
mod report;
mod sample;
#[cfg(test)]
mod tampered;

use crate::{engine, error::CliError, machine::now_ms};
use fixture_file::{FixtureFile, FoundFile};
use parevm::{Engine, Executor};
use parevm_testkit::conformance::{Setup, Suite, Verdict};
use progress_printer::ProgressPrinter;
use report::SuiteReport;
use sample::Sample;
use std::{
    io,
    path::PathBuf,
    process::ExitCode,
    sync::{Mutex, PoisonError, mpsc},
    thread,
};

#[derive(Debug, clap::Args)]
pub(crate) struct ConformanceArguments {
    /// Suite of the fixtures.
    #[arg(long)]
    suite: Suite,
    /// Folder of fixtures: .json, .json.gz, and archives .tar.xz, .tar.gz and .tar of them.
    #[arg(long)]
    dir: PathBuf,
    /// Executing threads of each engine. Default: one per core. Files always run on all cores.
    #[arg(long)]
    threads: Option<usize>,
    /// Executors; a case passes if it passes with each of them: auto, sequential, parallel, bal.
    #[arg(long, value_delimiter = ',', default_values_t = [Executor::Sequential, Executor::Optimistic])]
    executor: Vec<Executor>,
    /// Percentage of the files to run.
    #[arg(long, default_value_t = 100.0, value_name = "PERCENT")]
    sample: f64,
    /// Seed of the sample.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Name of the only case to run.
    #[arg(long)]
    case: Option<String>,
    /// Prints an EIP-3155 trace of the case's transactions.
    #[arg(long, requires = "case")]
    trace: bool,
    /// File for counts, failures and skips.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs the suite. A file that cannot be decoded is a failed case; the others run nevertheless.
pub(crate) fn run(arguments: &ConformanceArguments) -> Result<ExitCode, CliError> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let engines: Vec<Engine> = (0..workers)
        .map(|_| engine(arguments.threads))
        .collect::<Result<_, _>>()?;
    let threads = engines.first().map_or(0, Engine::threads);
    let report = Mutex::new(SuiteReport::new(
        arguments.suite,
        threads,
        &arguments.executor,
    ));
    // Bounded: workers do not wait for the disk, and memory stays small.
    let (sender, receiver) = mpsc::sync_channel(2 * workers);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        let (report, receiver) = (&report, &receiver);
        let workers: Vec<_> = engines
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
        let progress = ProgressPrinter::start(scope, report);
        let sample = Sample {
            percent: arguments.sample,
            seed: arguments.seed,
        };
        folder::walk(&arguments.dir, arguments.suite, sample, &mut |found| {
            // Fails only if all workers have ended, which they do after this sender.
            let _ = sender.send(found);
        });
        drop(sender);
        for worker in workers {
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

fn run_file(
    arguments: &ConformanceArguments,
    engine: &Engine,
    found: FoundFile,
    report: &Mutex<SuiteReport>,
) {
    let FoundFile { name, file } = found;
    let mut verdicts = Vec::new();
    match file.and_then(FixtureFile::read) {
        Ok(text) => {
            let setup = Setup {
                engine,
                executors: &arguments.executor,
                only: arguments.case.as_deref(),
                trace: arguments.trace.then_some(&|| Box::new(io::stdout())),
                now: now_ms,
            };
            let mut add = |verdict| verdicts.push(verdict);
            arguments.suite.run(&name, &text, &setup, &mut add);
        }
        Err(reason) => verdicts.push(Verdict::broken(&name, reason)),
    }
    lock(report).add(&name, verdicts);
}

/// Locks `mutex`. A panic of a worker leaves the report consistent: verdicts are added one file at a time.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
