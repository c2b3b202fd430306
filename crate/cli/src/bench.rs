//! Times blocks beside plain revm.

use crate::{
    capacity::capacity,
    engine,
    error::CliError,
    figures::{Aggregate, Figures, HEADER, Row, is_stdout},
    machine::now_ms,
    subject::Selection,
};
use parevm::Executor;
use parevm_testkit::measure::{Timing, measure};
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
    /// A sample is repeated until it takes this long, in milliseconds.
    #[arg(long, default_value_t = 100.0)]
    sample_ms: f64,
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
    let timing = Timing {
        samples: arguments.runs,
        sample_ms: arguments.sample_ms,
        now: now_ms,
    };
    let json = arguments.json.as_deref();
    let print = |line: &str| {
        if json.is_some_and(is_stdout) {
            eprintln!("{line}");
        } else {
            println!("{line}");
        }
    };

    print(HEADER);
    let mut rows = Vec::new();
    let mut is_good = true;
    let (Some(most), sources) = (engines.last(), arguments.selection.sources()?) else {
        return Ok(ExitCode::FAILURE);
    };
    for source in sources {
        let subject = source.load(most)?;
        let failed = |source| CliError::Subject {
            name: subject.name.clone(),
            source,
        };
        let measured = measure(
            &engines,
            arguments.executor,
            None,
            &subject.block,
            &subject.state,
            &timing,
        )
        .map_err(failed)?;
        for on in &measured.on {
            if let Some(difference) = &on.difference {
                is_good = false;
                eprintln!("{}: not as in order: {difference}", subject.name);
            }
        }
        let capacities = threads
            .iter()
            .map(|threads| capacity(&subject.block, &subject.state, *threads, &timing))
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        for row in Row::of(&subject.name, &threads, &measured, &capacities) {
            print(&row.line());
            rows.push(row);
        }
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
