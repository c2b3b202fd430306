//! Runs blocks in parallel again and again and compares each run with running them in order.

use crate::error::{CliError, in_words};
use parevm::{Engine, ExecuteOptions, Executor, execute::AccessListOutput};
use parevm_testkit::{compare::difference, fixture};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Block fixtures, `.json.gz` or `.json`.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How often each block is run with each number of threads.
    #[arg(long, default_value_t = 100)]
    runs: usize,
    /// Numbers of executing threads.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 4, 8])]
    threads: Vec<usize>,
    /// auto, parallel, sequential or bal.
    #[arg(long, default_value = "parallel")]
    executor: Executor,
    /// Compares the access lists as well.
    #[arg(long)]
    access_lists: bool,
}

/// What many runs came to.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    runs: usize,
    differences: usize,
    re_executions: usize,
}

/// Runs every file. A difference is told on stderr at once, and the rest is run all the same.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let mut engines = Vec::new();
    for threads in &arguments.threads {
        engines.push(crate::engine(Some(*threads))?);
    }
    let mut total = Count::default();
    out!("     block  runs  differences  re-runs");
    for path in &arguments.files {
        let count = block(&engines, path, arguments)?;
        out!(
            "{:>10} {:>5} {:>12} {:>8}",
            fixture::name(path),
            count.runs,
            count.differences,
            count.re_executions
        );
        total.runs += count.runs;
        total.differences += count.differences;
        total.re_executions += count.re_executions;
    }
    let Count {
        runs,
        differences,
        re_executions,
    } = total;
    out!("{runs} runs, {differences} differences, {re_executions} re-runs");
    Ok(match differences {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn block(engines: &[Engine], path: &Path, arguments: &Arguments) -> Result<Count, CliError> {
    let mut count = Count::default();
    let Some(first) = engines.first() else {
        return Ok(count);
    };
    let failed = |source| CliError::Execute {
        path: path.to_path_buf(),
        source,
    };
    let loaded = fixture::load(first, path)?;
    let (block, state) = (&loaded.block, &loaded.state);
    let mut options = ExecuteOptions {
        executor: Executor::Sequential,
        ..Default::default()
    };
    if arguments.access_lists {
        options.access_list_output = AccessListOutput::Returned;
    }
    let expected = first.execute(block, state, &options).map_err(failed)?;
    options.executor = arguments.executor;
    for run in 0..arguments.runs {
        for engine in engines {
            let found = match engine.execute(block, state, &options) {
                Ok(outcome) => {
                    count.re_executions += outcome.report.re_executions;
                    let lists_differ = outcome.block_access_list != expected.block_access_list;
                    let lists = lists_differ.then(|| "the access lists differ".to_owned());
                    difference(&outcome, &expected).or(lists)
                }
                Err(source) => Some(in_words(&failed(source))),
            };
            count.runs += 1;
            if let Some(words) = found {
                count.differences += 1;
                let (name, threads) = (fixture::name(path), engine.threads());
                err!("{name}, run {run}, {threads} threads: {words}");
            }
        }
    }
    Ok(count)
}
