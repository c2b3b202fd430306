//! Runs blocks and compares the results with their headers.

use crate::{
    engine,
    error::{CliError, in_words},
    machine::now_ms,
    terminal::clean,
};
use parevm::{Checks, Engine, ExecuteError, Executor};
use parevm_testkit::{
    fixture,
    measure::{OnEngine, Timing, measure},
};
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Block fixtures, `.json.gz` or `.json`.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Executing threads; one per core if left out.
    #[arg(long)]
    threads: Option<usize>,
    /// auto, parallel, sequential or bal.
    #[arg(long, default_value = "auto")]
    executor: Executor,
    /// Prints one JSON array and nothing else.
    #[arg(long)]
    json: bool,
}

/// What is printed of one block.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    number: u64,
    transactions: usize,
    gas_used: u64,
    gas_used_matches: Option<bool>,
    receipts_root_matches: Option<bool>,
    logs_bloom_matches: Option<bool>,
    requests_hash_matches: Option<bool>,
    state_root_matches: Option<bool>,
    equals_sequential: bool,
    executor: &'static str,
    reason: String,
    threads: usize,
    executions: usize,
    re_executions: usize,
    plain_ms: f64,
    parallel_ms: f64,
    build: &'static str,
}

/// Runs every file. A file that cannot be used is told on stderr, and the next one is run.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let engine = engine(arguments.threads)?;
    let mut reports = Vec::new();
    let mut is_good = true;
    if !arguments.json {
        out!("{HEADER}");
    }
    for path in &arguments.files {
        match replay(&engine, path, arguments.executor) {
            Ok(report) => {
                is_good &= report.is_good();
                if !arguments.json {
                    out!("{}", report.line());
                }
                reports.push(report);
            }
            Err(error) => {
                is_good = false;
                err!("error: {}", clean(&in_words(&error)));
            }
        }
    }
    if arguments.json {
        out!("{}", serde_json::to_string_pretty(&reports)?);
    }
    Ok(if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Few and short: a replay is to show figures soon. `bench` measures.
const TIMING: Timing = Timing {
    samples: 3,
    sample_ms: 20.0,
    now: now_ms,
    timeline: false,
};

fn replay(engine: &Engine, path: &Path, executor: Executor) -> Result<Report, CliError> {
    let loaded = fixture::load(engine, path)?;
    let (block, state) = (&loaded.block, &loaded.state);
    let list = loaded.block_access_list.as_ref();
    let failed = |source| CliError::Execute {
        path: path.to_owned(),
        source,
    };
    let mut measured = measure(&[engine], executor, list, block, state, &TIMING).map_err(failed)?;
    let OnEngine {
        outcome,
        difference,
        parallel_ms,
        ..
    } = measured
        .on
        .pop()
        .ok_or(ExecuteError::Bug {
            invariant: "one engine, one measurement",
        })
        .map_err(failed)?;
    if let Some(difference) = &difference {
        err!(
            "{}: {executor} and sequential differ: {difference}",
            clean(&path.display().to_string())
        );
    }
    let checks = Checks::new(&block.declared, &outcome, loaded.state_root_after(&outcome));
    Ok(Report {
        number: block.header.number,
        transactions: block.transactions.len(),
        gas_used: outcome.gas_used,
        gas_used_matches: checks.gas_used,
        receipts_root_matches: checks.receipts_root,
        logs_bloom_matches: checks.logs_bloom,
        requests_hash_matches: checks.requests_hash,
        state_root_matches: checks.state_root,
        equals_sequential: difference.is_none(),
        executor: outcome.report.executor.name(),
        reason: outcome.report.reason.into_owned(),
        threads: outcome.report.threads,
        executions: outcome.report.executions,
        re_executions: outcome.report.re_executions,
        plain_ms: measured.plain_ms,
        parallel_ms,
        build: "native",
    })
}

const HEADER: &str = "     block   txs        gas  gas receipts bloom requests state =seq  \
executor     threads re-runs   plain ms  parallel ms";

impl Report {
    fn is_good(&self) -> bool {
        let checks = [
            self.gas_used_matches,
            self.receipts_root_matches,
            self.logs_bloom_matches,
            self.requests_hash_matches,
            self.state_root_matches,
            Some(self.equals_sequential),
        ];
        !checks.contains(&Some(false))
    }

    fn line(&self) -> String {
        format!(
            "{:>10} {:>5} {:>10}  {:<3} {:<8} {:<5} {:<8} {:<5} {:<4}  {:<12} {:>7} {:>7} {:>10.3} {:>12.3}",
            self.number,
            self.transactions,
            self.gas_used,
            word(self.gas_used_matches),
            word(self.receipts_root_matches),
            word(self.logs_bloom_matches),
            word(self.requests_hash_matches),
            word(self.state_root_matches),
            word(Some(self.equals_sequential)),
            self.executor,
            self.threads,
            self.re_executions,
            self.plain_ms,
            self.parallel_ms,
        )
    }
}

/// A check in a table: `-` where the fixture does not allow it.
const fn word(check: Option<bool>) -> &'static str {
    match check {
        None => "-",
        Some(true) => "yes",
        Some(false) => "NO",
    }
}
