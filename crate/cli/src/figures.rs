//! What is told of a measurement: rows, and the sums over them.

use crate::{
    error::CliError,
    machine::{Machine, Versions},
};
use parevm_testkit::measure::Measured;
use serde::Serialize;
use std::{fs, path::Path};

/// Left out of the aggregate: nearly all of its time is a chain of pairings, which no schedule can
/// break up, so it hides the rest.
const NOT_AGGREGATED: &str = "23879620";

/// Losing less than this, in milliseconds, does not count as losing.
const NEGLIGIBLE_MS: f64 = 0.02;

/// Everything that one command measured.
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
            println!("{text}");
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

/// One block on one number of threads.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    name: String,
    threads: usize,
    executor: &'static str,
    plain_ms: f64,
    sequential_ms: f64,
    parallel_ms: f64,
    /// The slowest transaction in the plain loop.
    longest_ms: f64,
    re_executions: usize,
    gas_used: u64,
}

/// All rows of one number of threads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Aggregate {
    threads: usize,
    /// Time of plain revm for all blocks by that of parevm.
    speedup: f64,
    /// The same for the block where it is least.
    worst: f64,
    /// That block.
    worst_name: String,
    /// The same for all blocks if nothing depended on anything: no block takes less than its
    /// slowest transaction, nor than its share of all.
    ideal: f64,
    gas_per_second: f64,
    without: Vec<&'static str>,
}

pub(crate) const HEADER: &str = "block            threads         gas   plain ms sequential   parallel  \
speed-up  executor   re-runs";

impl Row {
    /// The row of each number of threads.
    pub(crate) fn of<'a>(
        name: &'a str,
        threads: &'a [usize],
        measured: &'a Measured,
    ) -> impl Iterator<Item = Self> + 'a {
        threads.iter().zip(&measured.on).map(|(threads, on)| Self {
            name: name.to_owned(),
            threads: *threads,
            executor: on.outcome.schedule.executor.name(),
            plain_ms: measured.plain_ms,
            sequential_ms: measured.sequential_ms,
            parallel_ms: on.parallel_ms,
            longest_ms: measured.longest_ms,
            re_executions: on.outcome.schedule.re_executions,
            gas_used: on.outcome.gas_used,
        })
    }

    pub(crate) fn line(&self) -> String {
        format!(
            "{:<17} {:>6} {:>11} {:>10.3} {:>10.3} {:>10.3} {:>8.2}x  {:<10} {:>7}",
            self.name,
            self.threads,
            self.gas_used,
            self.plain_ms,
            self.sequential_ms,
            self.parallel_ms,
            self.plain_ms / self.parallel_ms,
            self.executor,
            self.re_executions,
        )
    }

    /// Time of plain revm by that of parevm; 1 where so little is lost that it does not count.
    fn speedup(&self) -> f64 {
        let lost = self.parallel_ms - self.plain_ms;
        if (0.0..NEGLIGIBLE_MS).contains(&lost) {
            1.0
        } else {
            self.plain_ms / self.parallel_ms
        }
    }
}

impl Aggregate {
    pub(crate) fn new(rows: &[Row], threads: usize) -> Self {
        let counted = || {
            rows.iter()
                .filter(|row| row.threads == threads && row.name != NOT_AGGREGATED)
        };
        let sum = |of: &dyn Fn(&Row) -> f64| counted().map(of).sum::<f64>();
        let plain = sum(&|row| row.plain_ms);
        let parallel = sum(&|row| row.parallel_ms);
        let ideal = sum(&|row| (row.plain_ms / threads as f64).max(row.longest_ms));
        let worst = counted().min_by(|one, other| one.speedup().total_cmp(&other.speedup()));
        let is_left_out = rows.iter().any(|row| row.name == NOT_AGGREGATED);
        Self {
            threads,
            speedup: plain / parallel,
            worst: worst.map_or(f64::NAN, Row::speedup),
            worst_name: worst.map(|row| row.name.clone()).unwrap_or_default(),
            ideal: plain / ideal,
            gas_per_second: sum(&|row| row.gas_used as f64) / parallel * 1e3,
            without: is_left_out.then_some(NOT_AGGREGATED).into_iter().collect(),
        }
    }

    pub(crate) fn line(&self) -> String {
        let without = if self.without.is_empty() {
            String::new()
        } else {
            format!(", without {}", self.without.join(", "))
        };
        format!(
            "{} threads: {:.2}x plain revm, worst {:.2}x ({}), {:.2}x if nothing depended on \
             anything, {:.0} Mgas/s{without}",
            self.threads,
            self.speedup,
            self.worst,
            self.worst_name,
            self.ideal,
            self.gas_per_second / 1e6,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, plain_ms: f64, parallel_ms: f64, longest_ms: f64) -> Row {
        Row {
            name: name.to_owned(),
            threads: 2,
            executor: "parallel",
            plain_ms,
            sequential_ms: plain_ms,
            parallel_ms,
            longest_ms,
            re_executions: 0,
            gas_used: 1_000_000,
        }
    }

    #[test]
    fn blocks_are_summed_up_without_the_one_that_hides_the_rest() {
        let rows = [
            row("1", 10.0, 5.0, 1.0),
            row("2", 5.0, 10.0, 4.0),
            row(NOT_AGGREGATED, 1e6, 1.0, 1.0),
        ];
        let all = Aggregate::new(&rows, 2);
        assert_eq!(all.speedup, 1.0);
        assert_eq!((all.worst, all.worst_name.as_str()), (0.5, "2"));
        // Half of the first block, and the slowest transaction of the second.
        assert_eq!(all.ideal, 15.0 / 9.0);
        // Two million gas in 15 ms.
        assert_eq!(all.gas_per_second.round(), 133_333_333.0);
        assert_eq!(all.without, [NOT_AGGREGATED]);
    }

    #[test]
    fn losing_less_than_20_microseconds_is_not_losing() {
        assert_eq!(row("1", 0.1, 0.119, 0.1).speedup(), 1.0);
        assert!(row("1", 0.1, 0.121, 0.1).speedup() < 0.9);
        assert_eq!(row("1", 0.2, 0.1, 0.1).speedup(), 2.0);
    }
}
