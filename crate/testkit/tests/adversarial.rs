//! Few accounts that do everything to each other, under the rules of many forks: every executor on
//! any number of threads leaves what plain revm leaves.
//!
//! `PAREVM_SEED` is the first seed, `PAREVM_SEEDS` how many are tried. A complaint names its seed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use parevm::{Engine, ExecuteOptions, Executor, vm::SpecId};
use parevm_testkit::{baseline, compare::difference, workload};
use std::env;

const SPECS: [SpecId; 12] = [
    SpecId::FRONTIER,
    SpecId::HOMESTEAD,
    SpecId::TANGERINE,
    SpecId::SPURIOUS_DRAGON,
    SpecId::BYZANTIUM,
    SpecId::PETERSBURG,
    SpecId::ISTANBUL,
    SpecId::BERLIN,
    SpecId::LONDON,
    SpecId::CANCUN,
    SpecId::PRAGUE,
    SpecId::OSAKA,
];

const COUNT: usize = 40;

fn number(variable: &str, default: u64) -> u64 {
    let text = env::var(variable).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn seeds() -> std::ops::Range<u64> {
    let first = number("PAREVM_SEED", 0);
    first..first + number("PAREVM_SEEDS", 25)
}

#[test]
fn every_executor_equals_plain_revm() {
    let engines = [1, 2, 3, 4, 8].map(|threads| Engine::new(threads).unwrap());
    let mut complaints = Vec::new();
    for (seed, spec) in seeds().flat_map(|seed| SPECS.map(|spec| (seed, spec))) {
        let (block, state) = workload::adversarial(seed, COUNT, spec);
        let plain = baseline::outcome(&block, &state).unwrap();
        for engine in &engines {
            for executor in [Executor::Sequential, Executor::Parallel, Executor::Bal] {
                let options = ExecuteOptions {
                    executor,
                    ..Default::default()
                };
                let found = match engine.execute(&block, &state, &options) {
                    Ok(outcome) => difference(&outcome, &plain),
                    Err(error) => Some(format!("{error:?}")),
                };
                if let Some(words) = found {
                    let threads = engine.threads();
                    complaints.push(format!(
                        "PAREVM_SEED={seed}, {spec:?}, {executor}, {threads} threads: {words}"
                    ));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// What the blocks are made for happens in them.
#[test]
fn the_blocks_hold_what_they_are_made_for() {
    let (mut transactions, mut failed, mut logs, mut created, mut reset, mut gone) =
        (0, 0, 0, 0, 0, 0);
    let (mut delegations, mut types) = (0, [0; 5]);
    for (seed, spec) in (0..25).flat_map(|seed| SPECS.map(|spec| (seed, spec))) {
        let (block, state) = workload::adversarial(seed, COUNT, spec);
        let plain = baseline::outcome(&block, &state).unwrap();
        transactions += block.transactions.len();
        for transaction in &block.transactions {
            types[usize::from(transaction.env.tx_type)] += 1;
        }
        failed += plain
            .receipts
            .iter()
            .filter(|receipt| !receipt.success)
            .count();
        logs += plain
            .receipts
            .iter()
            .map(|receipt| receipt.logs.len())
            .sum::<usize>();
        for change in plain.state_diff.accounts.values() {
            reset += usize::from(change.storage_reset);
            gone += usize::from(change.account.is_none());
        }
        created += plain.state_diff.codes.len();
        let codes = plain.state_diff.codes.values();
        delegations += codes.filter(|code| code.is_eip7702()).count();
    }
    println!(
        "{transactions} transactions by type {types:?}, {failed} failed, {logs} logs, {created} codes of which \
         {delegations} delegations, {reset} storages emptied, {gone} accounts gone"
    );
    assert!(transactions > 9_000);
    assert!(failed > 500 && failed < transactions / 2);
    assert!(logs > 500 && created > 300 && delegations > 20 && reset > 100 && gone > 20);
    assert!(types.iter().all(|count| *count > 100));
}
