//! Report of a suite.

use crate::{error::CliError, machine::now_ms, terminal::clean};
use parevm::Executor;
use parevm_testkit::conformance::{CaseCounts, CaseOutcome, Suite, Verdict};
use serde::Serialize;
use std::{collections::BTreeMap, fs, path::Path, process::ExitCode};

/// Number of failures that are printed; the file of `--json` has all.
const MAX_PRINTED: usize = 100;

/// Report of a suite.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SuiteReport {
    suite: &'static str,
    build: &'static str,
    threads: usize,
    executors: Vec<&'static str>,
    /// Wall time of the run.
    seconds: f64,
    files: usize,
    #[serde(flatten)]
    total: CaseCounts,
    /// Counts by subfolder.
    folders: BTreeMap<String, FolderCounts>,
    failures: Vec<Remark>,
    skips: Vec<Remark>,
    #[serde(skip)]
    start_ms: f64,
}

/// Counts of a subfolder.
#[derive(Debug, Default, Serialize)]
struct FolderCounts {
    files: usize,
    #[serde(flatten)]
    cases: CaseCounts,
    /// Sum over all cases and cores.
    seconds: f64,
}

/// Reason why a case did not pass.
#[derive(Debug, Serialize)]
struct Remark {
    file: String,
    case: String,
    reason: String,
}

impl SuiteReport {
    pub(super) fn new(suite: Suite, threads: usize, executors: &[Executor]) -> Self {
        Self {
            suite: suite.name(),
            build: "native",
            threads,
            executors: executors.iter().map(|executor| executor.name()).collect(),
            seconds: 0.0,
            files: 0,
            total: CaseCounts::default(),
            folders: BTreeMap::new(),
            failures: Vec::new(),
            skips: Vec::new(),
            start_ms: now_ms(),
        }
    }

    /// Adds one file. Prints failures on stderr at once.
    pub(super) fn add(&mut self, file: &str, verdicts: Vec<Verdict>) {
        if verdicts.is_empty() {
            return; // The requested case is in another file.
        }
        self.files += 1;
        let folder = file.split_once('/').map_or(".", |(folder, _)| folder);
        let row = self.folders.entry(folder.to_owned()).or_default();
        row.files += 1;
        for Verdict { case, outcome, ms } in verdicts {
            row.seconds += ms / 1e3;
            row.cases.count(&outcome);
            self.total.count(&outcome);
            let file = file.to_owned();
            let reason = match outcome {
                CaseOutcome::Passed => continue,
                CaseOutcome::Skipped(reason) => {
                    self.skips.push(Remark { file, case, reason });
                    continue;
                }
                CaseOutcome::Failed(reason) => reason,
                CaseOutcome::Open(_) => "the results were not validated".to_owned(),
            };
            match self.failures.len() {
                printed if printed < MAX_PRINTED => {
                    err!("FAILED {}: {}\n  {reason}", clean(&file), clean(&case))
                }
                MAX_PRINTED => err!("more failures are not printed; --json FILE lists all"),
                _ => {}
            }
            self.failures.push(Remark { file, case, reason });
        }
        self.seconds = (now_ms() - self.start_ms) / 1e3;
    }

    /// Returns the progress, on one line.
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

    /// Prints skips, the table and the counts, which are the last line.
    pub(super) fn print(&self) -> ExitCode {
        if self.total == CaseCounts::default() {
            err!("error: no case was found");
        }
        // Groups the skipped cases by reason.
        let mut reasons = BTreeMap::<&str, (usize, &str)>::new();
        for skip in &self.skips {
            reasons.entry(&skip.reason).or_insert((0, &skip.case)).0 += 1;
        }
        for (reason, (count, first)) in reasons {
            out!("skipped {count}: {reason} (first: {first})");
        }
        out!("folder                 files   cases  passed  failed skipped  time (s)");
        for (folder, row) in &self.folders {
            out!("{}", line(folder, row.files, &row.cases, row.seconds));
        }
        out!(
            "{}",
            line(self.suite, self.files, &self.total, self.seconds)
        );
        out!(
            "time of a folder is the sum over all cores, that of the suite is wall time; \
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

fn line(name: &str, files: usize, counts: &CaseCounts, seconds: f64) -> String {
    let CaseCounts {
        passed,
        failed,
        skipped,
    } = *counts;
    let cases = passed + failed + skipped;
    format!("{name:<20} {files:>7} {cases:>7} {passed:>7} {failed:>7} {skipped:>7} {seconds:>9.2}")
}
