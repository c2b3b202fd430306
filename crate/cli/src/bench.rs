//! Command `bench`: measures blocks next to plain revm.

use crate::{
    aggregate::Aggregate,
    engine,
    error::CliError,
    figures::{Figures, HEADER, Row, is_stdout},
    hardware_ceiling::hardware_ceiling,
    machine::now_ms,
    selection::{LoadedBlock, Selection},
};
use parevm::{Engine, Executor};
use parevm_testkit::measurement::{BlockMeasurement, SamplingOptions, measure};
use std::{path::PathBuf, process::ExitCode};

#[derive(Debug, clap::Args)]
pub(crate) struct BenchArguments {
    #[command(flatten)]
    selection: Selection,
    /// Numbers of executing threads.
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    threads: Vec<usize>,
    /// Executor of the column "parallel": auto, parallel, sequential or bal.
    #[arg(long, default_value = "auto")]
    executor: Executor,
    /// Samples of each time; the result is their median.
    #[arg(long, default_value_t = 9)]
    runs: usize,
    /// Passes over all blocks, each with a part of the samples: a machine that is slow for some seconds is then not slow for
    /// all samples of a block.
    #[arg(long, default_value_t = 3)]
    passes: usize,
    /// Minimum duration of a sample, in milliseconds.
    #[arg(long, default_value_t = 100.0)]
    sample_ms: f64,
    /// Measures executions with a timeline, too, and prints the use of the threads' time.
    #[arg(long)]
    timeline: bool,
    /// File for the results, `-` for stdout.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Measures every block. Prints outcomes that differ from the sequential one on stderr.
pub(crate) fn run(arguments: &BenchArguments) -> Result<ExitCode, CliError> {
    let engines = arguments
        .threads
        .iter()
        .map(|threads| engine(Some(*threads)))
        .collect::<Result<Vec<_>, _>>()?;
    let engines: Vec<_> = engines.iter().collect();
    let threads: Vec<_> = engines.iter().map(|engine| engine.threads()).collect();
    let runs = arguments.runs.max(1);
    let passes = arguments.passes.clamp(1, runs);
    let timing = SamplingOptions {
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
    // Rows of all passes, for each block and number of threads.
    let mut passes_by_row = vec![Vec::new(); sources.len() * threads.len()];
    for _ in 0..passes {
        for (source, rows_of_block) in sources.iter().zip(passes_by_row.chunks_mut(threads.len())) {
            let loaded = source.load(most)?;
            let (measured, ceilings) = one_pass(&loaded, &engines, arguments.executor, &timing)?;
            for difference in measured.on.iter().filter_map(|on| on.difference.as_ref()) {
                is_good = false;
                err!("{}: differs from sequential: {difference}", loaded.name);
            }
            let rows = Row::of(&loaded.name, &threads, &measured, &ceilings);
            for (passes, row) in rows_of_block.iter_mut().zip(rows) {
                err!("{}", row.line());
                passes.push(row);
            }
        }
    }
    let rows: Vec<_> = (passes_by_row.iter().map(Vec::as_slice))
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

/// Measures a block in one pass. Returns the measurement and the hardware ceiling of each engine.
fn one_pass(
    loaded: &LoadedBlock,
    engines: &[&Engine],
    executor: Executor,
    timing: &SamplingOptions,
) -> Result<(BlockMeasurement, Vec<f64>), CliError> {
    let LoadedBlock { name, block, state } = loaded;
    let failed = |source| CliError::Block {
        name: name.clone(),
        source,
    };
    let measured = measure(engines, executor, None, block, state, timing).map_err(failed)?;
    let ceilings = engines
        .iter()
        .map(|engine| hardware_ceiling(block, state, engine.threads(), timing))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    Ok((measured, ceilings))
}
