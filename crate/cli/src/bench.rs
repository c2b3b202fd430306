//! Times blocks beside plain revm.

use crate::{
    aggregate::Aggregate,
    capacity::capacity,
    engine,
    error::CliError,
    figures::{Figures, HEADER, Row, is_stdout},
    machine::now_ms,
    subject::{Selection, Subject},
};
use parevm::{Engine, Executor};
use parevm_testkit::measure::{Measured, Timing, measure};
use std::{path::PathBuf, process::ExitCode};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Numbers of executing threads.
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    threads: Vec<usize>,
    /// The executor of the column "parallel": auto, parallel, sequential or bal.
    #[arg(long, default_value = "auto")]
    executor: Executor,
    /// Samples of each figure; the median counts.
    #[arg(long, default_value_t = 9)]
    runs: usize,
    /// Times that all blocks are gone through, with a part of the samples each: a machine that is
    /// slow for some seconds is not slow for all samples of a block.
    #[arg(long, default_value_t = 3)]
    passes: usize,
    /// A sample is repeated until it takes this long, in milliseconds.
    #[arg(long, default_value_t = 100.0)]
    sample_ms: f64,
    /// Measures what a timeline costs, too, and says where the threads' time went.
    #[arg(long)]
    timeline: bool,
    /// Writes the figures to this file, `-` for stdout.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Measures every block. A result that is not that of sequential execution is told on stderr.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let engines = arguments
        .threads
        .iter()
        .map(|threads| engine(Some(*threads)))
        .collect::<Result<Vec<_>, _>>()?;
    let engines: Vec<_> = engines.iter().collect();
    let threads: Vec<_> = engines.iter().map(|engine| engine.threads()).collect();
    let runs = arguments.runs.max(1);
    let passes = arguments.passes.clamp(1, runs);
    let timing = Timing {
        samples: runs.div_ceil(passes),
        sample_ms: arguments.sample_ms,
        now: now_ms,
        timeline: arguments.timeline,
    };
    let json = arguments.json.as_deref();
    let print = |line: &str| {
        if json.is_some_and(is_stdout) {
            err!("{line}");
        } else {
            out!("{line}");
        }
    };

    let Some(most) = engines.last() else {
        return Ok(ExitCode::FAILURE);
    };
    let mut is_good = true;
    let sources = arguments.selection.sources()?;
    // Of each block on each number of threads the rows of all passes.
    let mut seen = vec![Vec::new(); sources.len() * threads.len()];
    for _ in 0..passes {
        for (source, seen) in sources.iter().zip(seen.chunks_mut(threads.len())) {
            let subject = source.load(most)?;
            let (measured, capacities) = one_pass(&subject, &engines, arguments.executor, &timing)?;
            for difference in measured.on.iter().filter_map(|on| on.difference.as_ref()) {
                is_good = false;
                err!("{}: not as in order: {difference}", subject.name);
            }
            let rows = Row::of(&subject.name, &threads, &measured, &capacities);
            for (seen, row) in seen.iter_mut().zip(rows) {
                err!("{}", row.line());
                seen.push(row);
            }
        }
    }
    let rows: Vec<_> = (seen.iter().map(Vec::as_slice))
        .filter_map(Row::merged)
        .collect();
    print(HEADER);
    for row in &rows {
        print(&row.line());
    }
    let aggregate: Vec<_> = threads
        .iter()
        .map(|threads| Aggregate::new(&rows, *threads))
        .collect();
    for one in &aggregate {
        print(&one.line());
    }
    if let Some(path) = json {
        Figures::new(rows, aggregate).write(path)?;
    }
    Ok(if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What is measured of a block in one pass, and what each engine's threads do at most.
fn one_pass(
    subject: &Subject,
    engines: &[&Engine],
    executor: Executor,
    timing: &Timing,
) -> Result<(Measured, Vec<f64>), CliError> {
    let Subject { name, block, state } = subject;
    let failed = |source| CliError::Subject {
        name: name.clone(),
        source,
    };
    let measured = measure(engines, executor, None, block, state, timing).map_err(failed)?;
    let capacities = engines
        .iter()
        .map(|engine| capacity(block, state, engine.threads(), timing))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    Ok((measured, capacities))
}
