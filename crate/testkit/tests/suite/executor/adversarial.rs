//! Few accounts that do everything to each other, under the rules of many forks: every executor on
//! any number of threads leaves what plain revm leaves.
//!
//! `PAREVM_SEED` is the first seed, `PAREVM_SEEDS` how many are tried. A complaint names its seed.

use parevm::{
    Engine, ExecuteOptions, Executor,
    bal::BalMismatch,
    execute::AccessListOutput,
    vm::{FORKS, SpecId},
};
use parevm_testkit::{baseline, compare::difference, workload};
use std::env;

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
    for (seed, spec) in seeds().flat_map(|seed| FORKS.map(|spec| (seed, spec))) {
        let (block, state) = workload::adversarial(seed, COUNT, spec);
        let plain = baseline::outcome(&block, &state).unwrap();
        for engine in &engines {
            for executor in [Executor::Sequential, Executor::Optimistic, Executor::Bal] {
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

/// The list of a run in order is that of a parallel run, and running by it gives the same.
#[test]
fn every_executor_makes_the_same_access_list() {
    let mut by_list = 0;
    let engines = [1, 2, 4, 8].map(|threads| Engine::new(threads).unwrap());
    for (seed, spec) in seeds().flat_map(|seed| FORKS.map(|spec| (seed, spec))) {
        let (block, state) = workload::adversarial(seed, COUNT, spec);
        let mut options = ExecuteOptions {
            executor: Executor::Sequential,
            access_list_output: AccessListOutput::Returned,
            ..Default::default()
        };
        let expected = engines[0].execute(&block, &state, &options).unwrap();
        let list = expected.block_access_list.as_ref().unwrap();
        for engine in &engines {
            let at = format!("PAREVM_SEED={seed}, {spec:?}, {} threads", engine.threads());
            options.executor = Executor::Optimistic;
            options.access_list = None;
            let outcome = engine.execute(&block, &state, &options).unwrap();
            assert_eq!(difference(&outcome, &expected), None, "{at}");
            assert!(
                outcome.block_access_list.as_ref() == Some(list),
                "{at}: parallel list"
            );
            options.executor = Executor::Bal;
            options.access_list = Some(list);
            let outcome = engine.execute(&block, &state, &options).unwrap();
            assert_eq!(difference(&outcome, &expected), None, "{at}, by the list");
            if spec.is_enabled_in(SpecId::CANCUN) {
                let schedule = &outcome.report;
                // One account is there and empty, which no list can tell.
                let is_empty_there = matches!(
                    schedule.bal_mismatch,
                    Some(BalMismatch::EmptyAccount { .. })
                );
                let is_by_list = schedule.executor == Executor::Bal;
                assert!(is_by_list || is_empty_there, "{at}: {schedule:?}");
                by_list += usize::from(is_by_list);
            }
        }
    }
    assert!(by_list > 20, "{by_list} runs by a list");
}

/// What the blocks are made for happens in them.
#[test]
fn the_blocks_hold_what_they_are_made_for() {
    let (mut transactions, mut failed, mut logs, mut created, mut reset, mut gone) =
        (0, 0, 0, 0, 0, 0);
    let (mut delegations, mut types) = (0, [0; 5]);
    for (seed, spec) in (0..25).flat_map(|seed| FORKS.map(|spec| (seed, spec))) {
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
