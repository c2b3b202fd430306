//! Figures of a measurement: machine, rows and aggregates.

use crate::{
    constants::CONSTANTS,
    error::CliError,
    machine::{Machine, Versions},
};
use parevm_testkit::{
    measure::{Measured, median},
    spent::Spent,
};
use serde::Serialize;
use std::{fs, path::Path};

/// Figures of one command.
#[derive(Debug, Serialize)]
pub(crate) struct Figures<R: Serialize, A: Serialize> {
    machine: Machine,
    versions: Versions,
    pub(crate) rows: Vec<R>,
    pub(crate) aggregate: Vec<A>,
}

impl<R: Serialize, A: Serialize> Figures<R, A> {
    pub(crate) fn new(rows: Vec<R>, aggregate: Vec<A>) -> Self {
        Self {
            machine: Machine::this(),
            versions: Versions::this(),
            rows,
            aggregate,
        }
    }

    /// Writes the figures as JSON to `path`, or to stdout where it is `-`.
    pub(crate) fn write(&self, path: &Path) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(self)?;
        if is_stdout(path) {
            out!("{text}");
            return Ok(());
        }
        fs::write(path, text + "\n").map_err(|source| CliError::Write {
            path: path.to_owned(),
            source,
        })
    }
}

pub(crate) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Figures of one block on one number of threads.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) threads: usize,
    pub(crate) executor: &'static str,
    pub(crate) plain_ms: f64,
    pub(crate) sequential_ms: f64,
    pub(crate) parallel_ms: f64,
    /// Execution by the block access list, where the block has a usable one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bal_ms: Option<f64>,
    /// Execution with a timeline, where requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeline_ms: Option<f64>,
    /// Use of the threads' time, where requested.
    #[serde(skip)]
    pub(crate) spent: Option<Spent>,
    /// Slowest transaction in plain revm.
    pub(crate) longest_ms: f64,
    /// Hardware ceiling: throughput of independent revm loops on these threads, over one loop.
    pub(crate) capacity: f64,
    pub(crate) re_executions: usize,
    pub(crate) gas_used: u64,
}

pub(crate) const HEADER: &str = "block            threads         gas   plain ms sequential   parallel        \
bal  speed-up capacity  executor   re-runs";

impl Row {
    /// Returns the row of each number of threads.
    pub(crate) fn of<'a>(
        name: &'a str,
        threads: &'a [usize],
        measured: &'a Measured,
        capacities: &'a [f64],
    ) -> impl Iterator<Item = Self> + 'a {
        let on_threads = threads.iter().zip(&measured.on).zip(capacities);
        on_threads.map(|((threads, on), capacity)| Self {
            name: name.to_owned(),
            threads: *threads,
            executor: on.outcome.report.executor.name(),
            plain_ms: measured.plain_ms,
            sequential_ms: measured.sequential_ms,
            parallel_ms: on.parallel_ms,
            bal_ms: on.bal_ms,
            timeline_ms: on.timeline_ms,
            spent: on.spent,
            longest_ms: measured.longest_ms,
            capacity: *capacity,
            re_executions: on.outcome.report.re_executions,
            gas_used: on.outcome.gas_used,
        })
    }

    /// Merges the rows of several passes.
    pub(crate) fn merged(passes: &[Self]) -> Option<Self> {
        let of = |figure: fn(&Self) -> f64| median(passes.iter().map(figure).collect());
        let of_some = |figure: fn(&Self) -> Option<f64>| {
            let figures: Option<Vec<_>> = passes.iter().map(figure).collect();
            figures.map(median)
        };
        Some(Self {
            plain_ms: of(|row| row.plain_ms),
            sequential_ms: of(|row| row.sequential_ms),
            parallel_ms: of(|row| row.parallel_ms),
            bal_ms: of_some(|row| row.bal_ms),
            timeline_ms: of_some(|row| row.timeline_ms),
            spent: passes
                .iter()
                .map(|row| row.spent)
                .reduce(|all, one| Some(all? + one?))?,
            longest_ms: of(|row| row.longest_ms),
            capacity: of(|row| row.capacity),
            ..passes.last()?.clone()
        })
    }

    pub(crate) fn line(&self) -> String {
        format!(
            "{:<17} {:>6} {:>11} {:>10.3} {:>10.3} {:>10.3} {:>10} {:>8.2}x {:>7.2}x  {:<10} {:>7}",
            self.name,
            self.threads,
            self.gas_used,
            self.plain_ms,
            self.sequential_ms,
            self.parallel_ms,
            self.bal_ms
                .map_or_else(|| "-".to_owned(), |ms| format!("{ms:.3}")),
            self.plain_ms / self.parallel_ms,
            self.capacity,
            self.executor,
            self.re_executions,
        )
    }

    /// Returns the time of the block if all its transactions were independent, in milliseconds.
    pub(crate) fn ideal_ms(&self) -> f64 {
        (self.plain_ms / self.threads as f64).max(self.longest_ms)
    }

    /// Returns the time of plain revm over that of parevm, 1 where a loss is negligible.
    pub(crate) fn speedup(&self) -> f64 {
        let lost = self.parallel_ms - self.plain_ms;
        if (0.0..CONSTANTS.negligible_ms).contains(&lost) {
            1.0
        } else {
            self.plain_ms / self.parallel_ms
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    pub(crate) fn row(name: &str, plain_ms: f64, parallel_ms: f64, longest_ms: f64) -> Row {
        Row {
            name: name.to_owned(),
            threads: 2,
            executor: "parallel",
            plain_ms,
            sequential_ms: plain_ms,
            parallel_ms,
            bal_ms: None,
            timeline_ms: None,
            spent: None,
            longest_ms,
            capacity: 2.0,
            re_executions: 0,
            gas_used: 1_000_000,
        }
    }

    #[test]
    fn passes_are_merged_by_their_medians() {
        let mut passes = [3.0, 1.0, 8.0].map(|ms| row("1", ms, 2.0 * ms, ms));
        let merged = Row::merged(&passes).unwrap();
        assert_eq!((merged.plain_ms, merged.parallel_ms), (3.0, 6.0));
        assert_eq!((merged.bal_ms, merged.timeline_ms), (None, None));
        for row in &mut passes {
            row.bal_ms = Some(row.plain_ms);
        }
        assert_eq!(Row::merged(&passes).unwrap().bal_ms, Some(3.0));
        assert!(Row::merged(&[]).is_none());
    }
}
