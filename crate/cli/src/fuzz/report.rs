//! Report of the fuzzer.

use parevm::vm::SpecId;
use parevm_testkit::fuzz::{Counts, Decoder, Reading};
use std::{collections::BTreeMap, fmt::Write, time::Duration};

/// Counts by target and fork.
#[derive(Debug, Default)]
pub(super) struct FuzzReport {
    blocks: BTreeMap<(&'static str, SpecId), Counts>,
    /// Numbers of decoded and of accepted inputs.
    inputs: BTreeMap<Decoder, (u64, u64)>,
    differences: usize,
}

impl FuzzReport {
    pub(super) fn add_block(&mut self, target: &'static str, fork: SpecId, counts: Counts) {
        *self.blocks.entry((target, fork)).or_default() += counts;
    }

    pub(super) fn add_input(&mut self, decoder: Decoder, reading: Reading) {
        let (read, accepted) = self.inputs.entry(decoder).or_default();
        *read += 1;
        *accepted += u64::from(reading == Reading::Accepted);
    }

    pub(super) fn add_difference(&mut self) {
        self.differences += 1;
    }

    pub(super) fn differences(&self) -> usize {
        self.differences
    }

    /// Returns a table with a row for each target and fork, and for each decoder.
    pub(super) fn table(&self, took: Duration) -> String {
        let mut table = String::from(
            "target     fork                blocks rejected  transactions    runs  by list  executions  re-executions  blocks/s\n",
        );
        for ((target, fork), counts) in &self.blocks {
            let name: &str = (*fork).into();
            let _infallible = writeln!(
                table,
                "{target:<10} {name:<18} {:>7} {:>8} {:>13} {:>7} {:>8} {:>11} {:>14} {:>9.1}",
                counts.blocks,
                counts.rejected,
                counts.transactions,
                counts.runs,
                counts.by_list,
                counts.executions,
                counts.re_executions,
                per_second(counts.blocks, took),
            );
        }
        for (decoder, (read, accepted)) in &self.inputs {
            let _infallible = writeln!(
                table,
                "decoders   {:<18} {read:>7} inputs, {accepted:>7} accepted, {:>9.1}/s",
                decoder.name(),
                per_second(*read, took),
            );
        }
        table
    }

    /// Returns the totals on one line.
    pub(super) fn line(&self, took: Duration) -> String {
        let mut all = Counts::default();
        for counts in self.blocks.values() {
            all += *counts;
        }
        let inputs: u64 = self.inputs.values().map(|(read, _)| read).sum();
        format!(
            "{} blocks, {} transactions, {} re-executions, {inputs} inputs, {} s, {} differences",
            all.blocks,
            all.transactions,
            all.re_executions,
            took.as_secs(),
            self.differences,
        )
    }
}

fn per_second(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64().max(0.001)
}
