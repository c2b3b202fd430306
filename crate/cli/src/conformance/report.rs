//! What all files came to.

use crate::{error::CliError, machine::now_ms, terminal::clean};
use parevm::Executor;
use parevm_testkit::conformance::{Outcome, Suite, Tally, Verdict};
use serde::Serialize;
use std::{collections::BTreeMap, fs, path::Path, process::ExitCode};

/// So many failures are told at once; the file that `--json` names has all.
const TOLD: usize = 100;

/// What all files came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    suite: &'static str,
    build: &'static str,
    threads: usize,
    executors: Vec<&'static str>,
    /// Of the whole run, by the clock.
    seconds: f64,
    files: usize,
    #[serde(flatten)]
    total: Tally,
    /// By the first folder below the one that was asked for.
    folders: BTreeMap<String, Row>,
    failures: Vec<Remark>,
    skips: Vec<Remark>,
    #[serde(skip)]
    start_ms: f64,
}

/// What the files of a folder came to.
#[derive(Debug, Default, Serialize)]
struct Row {
    files: usize,
    #[serde(flatten)]
    tally: Tally,
    /// Of all cases, added up over all cores.
    seconds: f64,
}

/// Why a case did not pass.
#[derive(Debug, Serialize)]
struct Remark {
    file: String,
    case: String,
    reason: String,
}

impl Report {
    pub(super) fn new(suite: Suite, threads: usize, executors: &[Executor]) -> Self {
        Self {
            suite: suite.name(),
            build: "native",
            threads,
            executors: executors.iter().map(|executor| executor.name()).collect(),
            seconds: 0.0,
            files: 0,
            total: Tally::default(),
            folders: BTreeMap::new(),
            failures: Vec::new(),
            skips: Vec::new(),
            start_ms: now_ms(),
        }
    }

    /// Adds one file; failures are told on stderr at once.
    pub(super) fn add(&mut self, file: &str, verdicts: Vec<Verdict>) {
        if verdicts.is_empty() {
            return; // The case that was asked for is in another file.
        }
        self.files += 1;
        let folder = file.split_once('/').map_or(".", |(folder, _)| folder);
        let row = self.folders.entry(folder.to_owned()).or_default();
        row.files += 1;
        for Verdict { case, outcome, ms } in verdicts {
            row.seconds += ms / 1e3;
            row.tally.count(&outcome);
            self.total.count(&outcome);
            let file = file.to_owned();
            let reason = match outcome {
                Outcome::Passed => continue,
                Outcome::Skipped(reason) => {
                    self.skips.push(Remark { file, case, reason });
                    continue;
                }
                Outcome::Failed(reason) => reason,
                Outcome::Open(_) => "nobody judges what it answers".to_owned(),
            };
            match self.failures.len() {
                told if told < TOLD => {
                    err!("FAILED {}: {}\n  {reason}", clean(&file), clean(&case))
                }
                TOLD => err!("more failures are not printed; --json FILE lists all"),
                _ => {}
            }
            self.failures.push(Remark { file, case, reason });
        }
        self.seconds = (now_ms() - self.start_ms) / 1e3;
    }

    /// How far the run is, in one line.
    pub(super) fn progress(&self) -> String {
        let Self {
            suite,
            files,
            total,
            ..
        } = self;
        let seconds = (now_ms() - self.start_ms) / 1e3;
        format!("{suite}: {files} files, {total}, {seconds:.0} s")
    }

    /// Prints skips, the table and, as the last line, the counts.
    pub(super) fn print(&self) -> ExitCode {
        if self.total == Tally::default() {
            err!("error: no case was found");
        }
        // Cases that are skipped for one reason are told together.
        let mut reasons = BTreeMap::<&str, (usize, &str)>::new();
        for skip in &self.skips {
            reasons.entry(&skip.reason).or_insert((0, &skip.case)).0 += 1;
        }
        for (reason, (count, first)) in reasons {
            out!("skipped {count}: {reason} (first: {first})");
        }
        out!("folder                 files   cases  passed  failed skipped  time (s)");
        for (folder, row) in &self.folders {
            out!("{}", line(folder, row.files, &row.tally, row.seconds));
        }
        out!(
            "{}",
            line(self.suite, self.files, &self.total, self.seconds)
        );
        out!(
            "time of a folder is added up over all cores, that of the suite is by the clock; \
             {} threads, {}",
            self.threads,
            self.executors.join(" and ")
        );
        out!("{}", self.total);
        if self.total.is_good() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// Writes the report as JSON.
    pub(super) fn write(&self, path: &Path) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(path, text + "\n").map_err(|source| CliError::Write {
            path: path.to_owned(),
            source,
        })
    }
}

fn line(name: &str, files: usize, tally: &Tally, seconds: f64) -> String {
    let Tally {
        passed,
        failed,
        skipped,
    } = *tally;
    let cases = passed + failed + skipped;
    format!("{name:<20} {files:>7} {cases:>7} {passed:>7} {failed:>7} {skipped:>7} {seconds:>9.2}")
}
