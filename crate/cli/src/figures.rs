//! What is told of a measurement: rows, and the sums over them.

use crate::{
    error::CliError,
    machine::{Machine, Versions},
    shares::Shares,
};
use parevm_testkit::{
    measure::{Measured, median},
    spent::Spent,
};
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
    /// By the block's access list, where it can be run by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    bal_ms: Option<f64>,
    /// With a timeline, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline_ms: Option<f64>,
    /// Where the threads' time went then.
    #[serde(skip)]
    spent: Option<Spent>,
    /// The slowest transaction in the plain loop.
    longest_ms: f64,
    /// Plain loops that these threads run side by side in the time of one alone.
    capacity: f64,
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
    /// The same for all blocks if their parts were as independent as plain loops side by side.
    capacity: f64,
    gas_per_second: f64,
    without: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bal: Option<BalAggregate>,
    /// Time with a timeline by that without, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<f64>,
    /// Parts of the threads' time, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    shares: Option<Shares>,
}

/// The rows that were run by an access list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BalAggregate {
    /// Time of plain revm for these blocks by that of parevm.
    speedup: f64,
    /// Time of the ideal for these blocks by that of parevm.
    of_ideal: f64,
    blocks: usize,
}

pub(crate) const HEADER: &str = "block            threads         gas   plain ms sequential   parallel        \
bal  speed-up capacity  executor   re-runs";

impl Row {
    /// The row of each number of threads.
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

    /// What several passes measured, together.
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

    /// What the block would take if no transaction depended on another, in milliseconds.
    fn ideal_ms(&self) -> f64 {
        (self.plain_ms / self.threads as f64).max(self.longest_ms)
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
        let ideal = sum(&Row::ideal_ms);
        let worst = counted().min_by(|one, other| one.speedup().total_cmp(&other.speedup()));
        let is_left_out = rows.iter().any(|row| row.name == NOT_AGGREGATED);
        Self {
            threads,
            speedup: plain / parallel,
            worst: worst.map_or(f64::NAN, Row::speedup),
            worst_name: worst.map(|row| row.name.clone()).unwrap_or_default(),
            ideal: plain / ideal,
            capacity: plain / sum(&|row| row.plain_ms / row.capacity),
            gas_per_second: sum(&|row| row.gas_used as f64) / parallel * 1e3,
            without: is_left_out.then_some(NOT_AGGREGATED).into_iter().collect(),
            bal: BalAggregate::new(counted()),
            timeline: counted()
                .map(|row| row.timeline_ms)
                .sum::<Option<f64>>()
                .map(|with| with / parallel),
            shares: counted()
                .map(|row| row.spent)
                .reduce(|all, one| Some(all? + one?))
                .flatten()
                .map(Shares::from),
        }
    }

    pub(crate) fn line(&self) -> String {
        let without = if self.without.is_empty() {
            String::new()
        } else {
            format!(", without {}", self.without.join(", "))
        };
        let bal = self.bal.as_ref().map_or_else(String::new, |bal| {
            format!(
                "; by access list {:.2}x, {:.0} % of the ideal ({} blocks)",
                bal.speedup,
                bal.of_ideal * 100.0,
                bal.blocks
            )
        });
        let timeline = self.timeline.map_or_else(String::new, |timeline| {
            format!("; with a timeline {timeline:.3} times as long")
        });
        let shares = self
            .shares
            .as_ref()
            .map_or_else(String::new, |shares| format!("; {shares}"));
        format!(
            "{} threads: {:.2}x plain revm, worst {:.2}x ({}), {:.2}x if nothing depended on \
             anything, {:.2}x as plain loops side by side, {:.0} Mgas/s{without}{bal}{timeline}{shares}",
            self.threads,
            self.speedup,
            self.worst,
            self.worst_name,
            self.ideal,
            self.capacity,
            self.gas_per_second / 1e6,
        )
    }
}

impl BalAggregate {
    fn new<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<Self> {
        let (mut plain, mut ideal, mut bal, mut blocks) = (0.0, 0.0, 0.0, 0);
        for row in rows {
            let Some(bal_ms) = row.bal_ms else { continue };
            plain += row.plain_ms;
            ideal += row.ideal_ms();
            bal += bal_ms;
            blocks += 1;
        }
        (blocks > 0).then(|| Self {
            speedup: plain / bal,
            of_ideal: ideal / bal,
            blocks,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    fn row(name: &str, plain_ms: f64, parallel_ms: f64, longest_ms: f64) -> Row {
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
        assert_eq!(all.capacity, 2.0);
        // Two million gas in 15 ms.
        assert_eq!(all.gas_per_second.round(), 133_333_333.0);
        assert_eq!(all.without, [NOT_AGGREGATED]);
    }

    #[test]
    fn runs_by_access_list_are_held_against_the_ideal_of_the_same_blocks() {
        let mut rows = [row("1", 10.0, 5.0, 8.0), row("2", 6.0, 5.0, 1.0)];
        assert!(Aggregate::new(&rows, 2).bal.is_none());
        rows[0].bal_ms = Some(10.0);
        let bal = Aggregate::new(&rows, 2).bal.unwrap();
        assert_eq!((bal.speedup, bal.of_ideal, bal.blocks), (1.0, 0.8, 1));
        rows[1].bal_ms = Some(6.0);
        let bal = Aggregate::new(&rows, 2).bal.unwrap();
        assert_eq!((bal.of_ideal, bal.blocks), (11.0 / 16.0, 2));
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

    #[test]
    fn time_of_threads_is_summed_over_blocks_and_passes() {
        let mut one = row("1", 1.0, 1.0, 1.0);
        assert!(Aggregate::new(&[one.clone()], 2).shares.is_none());
        one.spent = Some(Spent {
            kept: 3.0,
            thrown_away: 1.0,
            between: 0.0,
        });
        let mut other = row("2", 1.0, 1.0, 1.0);
        other.spent = Some(Spent {
            between: 4.0,
            ..Spent::default()
        });
        let merged = Row::merged(&[one.clone(), one]).unwrap();
        let shares = Aggregate::new(&[merged, other], 2).shares.unwrap();
        assert_eq!((shares.kept, shares.thrown_away), (0.5, 1.0 / 6.0));
    }

    #[test]
    fn losing_less_than_20_microseconds_is_not_losing() {
        assert_eq!(row("1", 0.1, 0.119, 0.1).speedup(), 1.0);
        assert!(row("1", 0.1, 0.121, 0.1).speedup() < 0.9);
        assert_eq!(row("1", 0.2, 0.1, 0.1).speedup(), 2.0);
    }
}
