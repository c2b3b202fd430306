//! Aggregates of the rows of a measurement.
//!
//! Cases of the formulas are in `bench/figures.json`, which `npm run bench` reads as well.

use crate::{constants::CONSTANTS, figures::Row, shares::Shares};
use serde::Serialize;

/// Aggregate of all rows of one number of threads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Aggregate {
    threads: usize,
    /// Time of plain revm for all blocks over that of parevm.
    speedup: f64,
    /// Speed-up of the block with the lowest one.
    worst: f64,
    /// Name of that block.
    worst_name: String,
    /// Speed-up if all transactions were independent: no block takes less than its slowest transaction, nor than
    /// its time over the number of threads.
    ideal: f64,
    /// Speed-up at the hardware ceiling.
    capacity: f64,
    gas_per_second: f64,
    without: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bal: Option<BalAggregate>,
    /// Time with a timeline over that without, where requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<f64>,
    /// Shares of the threads' time, where requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    shares: Option<Shares>,
}

/// Aggregate of the rows with an access list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BalAggregate {
    /// Time of plain revm for these blocks over that of parevm.
    speedup: f64,
    /// Ideal time of these blocks over that of parevm.
    of_ideal: f64,
    blocks: usize,
}

impl Aggregate {
    pub(crate) fn new(rows: &[Row], threads: usize) -> Self {
        let is_excluded = |row: &&Row| row.name == CONSTANTS.excluded;
        let own = || rows.iter().filter(|row| row.threads == threads);
        let counted = || own().filter(|row| !is_excluded(row));
        let sum = |of: &dyn Fn(&Row) -> f64| counted().map(of).sum::<f64>();
        let plain = sum(&|row| row.plain_ms);
        let parallel = sum(&|row| row.parallel_ms);
        let ideal = sum(&Row::ideal_ms);
        let worst = counted().min_by(|one, other| one.speedup().total_cmp(&other.speedup()));
        Self {
            threads,
            speedup: plain / parallel,
            worst: worst.map_or(f64::NAN, Row::speedup),
            worst_name: worst.map(|row| row.name.clone()).unwrap_or_default(),
            ideal: plain / ideal,
            capacity: plain / sum(&|row| row.plain_ms / row.capacity),
            gas_per_second: sum(&|row| row.gas_used as f64) / parallel * 1e3,
            without: own()
                .find(is_excluded)
                .map(|row| row.name.clone())
                .into_iter()
                .collect(),
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
            format!("; with a timeline {timeline:.3} times the time")
        });
        let shares = self
            .shares
            .as_ref()
            .map_or_else(String::new, |shares| format!("; {shares}"));
        format!(
            "{} threads: {:.2}x plain revm, worst {:.2}x ({}), {:.2}x if all transactions \
             were independent, hardware ceiling {:.2}x, {:.0} Mgas/s{without}{bal}{timeline}{shares}",
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
    use crate::constants::FIGURES;
    use crate::figures::{Row, tests::row};
    use parevm_testkit::{measure::median, spent::Spent};
    use serde::Deserialize;

    /// Cases of the formulas.
    #[derive(Deserialize)]
    struct Cases {
        aggregates: Vec<Case>,
        medians: Vec<Median>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        rows: Vec<CaseRow>,
        aggregate: serde_json::Map<String, serde_json::Value>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct CaseRow {
        name: String,
        threads: usize,
        plain_ms: f64,
        parallel_ms: f64,
        longest_ms: f64,
        bal_ms: Option<f64>,
        gas_used: u64,
    }

    #[derive(Deserialize)]
    struct Median {
        values: Vec<f64>,
        median: f64,
    }

    fn cases() -> Cases {
        serde_json::from_str(FIGURES).unwrap()
    }

    /// Numbers to twelve digits: sums in another order differ in the last.
    fn rounded(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Number(number) => {
                format!("{:.11e}", number.as_f64().unwrap()).into()
            }
            serde_json::Value::Object(fields) => {
                let fields = fields
                    .into_iter()
                    .map(|(name, value)| (name, rounded(value)));
                fields.collect::<serde_json::Map<_, _>>().into()
            }
            other => other,
        }
    }

    #[test]
    fn aggregates_are_those_of_the_common_cases() {
        for Case {
            name,
            rows,
            aggregate,
        } in cases().aggregates
        {
            let rows: Vec<_> = rows
                .into_iter()
                .map(|case| Row {
                    threads: case.threads,
                    bal_ms: case.bal_ms,
                    gas_used: case.gas_used,
                    ..row(&case.name, case.plain_ms, case.parallel_ms, case.longest_ms)
                })
                .collect();
            let mut found = serde_json::to_value(Aggregate::new(&rows, 2)).unwrap();
            assert_eq!(found["capacity"], 2.0, "{name}");
            found.as_object_mut().unwrap().remove("capacity");
            assert_eq!(rounded(found), rounded(aggregate.into()), "{name}");
        }
    }

    #[test]
    fn medians_are_those_of_the_common_cases() {
        for Median {
            values,
            median: expected,
        } in cases().medians
        {
            assert_eq!(median(values), expected);
        }
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
}
