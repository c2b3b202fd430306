//! Block access lists: every executor builds the same one, and a block is executed by it.
//!
//! `PAREVM_SEEDS` is the number of seeds.

use alloy_eip7928::AccountChanges;
use parevm::{
    Block, BlockAccessList, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState,
    bal::{BalDifference, BalMismatch},
    execute::AccessListOutput,
    fixture::Fixture,
    vm::{FORKS, SpecId},
};
use parevm_testkit::{compare::difference, fixture, workload};
use std::env;

/// Returns the forks with lists: in earlier ones an account may exist and be empty.
fn specs() -> impl Iterator<Item = SpecId> {
    let has_lists = |spec: &SpecId| spec.is_enabled_in(SpecId::SPURIOUS_DRAGON);
    FORKS.into_iter().filter(has_lists)
}

fn seeds() -> u64 {
    env::var("PAREVM_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(30)
}

/// Executes `block` with `executor` and returns the outcome with its list.
pub(super) fn listed(
    engine: &Engine,
    block: &Block,
    state: &MemoryState,
    executor: Executor,
) -> BlockOutcome {
    let options = ExecuteOptions {
        executor,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    engine.execute(block, state, &options).unwrap()
}

/// Executes `block` by `list`.
pub(super) fn by_list(
    engine: &Engine,
    block: &Block,
    state: &MemoryState,
    list: &BlockAccessList,
) -> BlockOutcome {
    let options = ExecuteOptions {
        executor: Executor::Bal,
        access_list: Some(list),
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    engine.execute(block, state, &options).unwrap()
}

/// Runs `check` on every recorded block and fails with all differences.
fn each_block(engine: &Engine, check: impl Fn(&Fixture) -> Option<String>) {
    let blocks = fixture::list(&fixture::blocks_folder()).unwrap();
    assert!(!blocks.is_empty(), "no blocks to run");
    let failures: Vec<_> = blocks
        .iter()
        .filter_map(|path| {
            let loaded = fixture::load(engine, path).unwrap();
            Some(format!("{}: {}", fixture::name(path), check(&loaded)?))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_executor_builds_the_list_of_the_fixture() {
    let engine = Engine::new(3).unwrap();
    let compared = std::cell::Cell::new(0);
    each_block(&engine, |loaded| {
        let expected = loaded.block_access_list.as_ref()?;
        compared.set(compared.get() + 1);
        [Executor::Sequential, Executor::Optimistic]
            .into_iter()
            .find_map(|executor| {
                let found = listed(&engine, &loaded.block, &loaded.state, executor);
                let found = found.block_access_list.unwrap();
                let difference = BalDifference::between(expected, &found);
                let words = difference.map(|difference| format!("{executor}: {difference}"));
                words.or_else(|| (found != *expected).then(|| format!("{executor}: order")))
            })
    });
    println!("{} lists compared", compared.get());
    // The embedded blocks have lists.
    assert!(compared.get() > 0);
}

#[test]
fn every_block_is_executed_by_its_list() {
    let engine = Engine::new(3).unwrap();
    each_block(&engine, |loaded| {
        let (block, state) = (&loaded.block, &loaded.state);
        let expected = listed(&engine, block, state, Executor::Sequential);
        let list = expected.block_access_list.as_ref()?;
        let outcome = by_list(&engine, block, state, list);
        if let Some(mismatch) = &outcome.report.bal_mismatch
            && !is_reset_or_fork(mismatch)
        {
            return Some(mismatch.to_string());
        }
        println!("{} {}", block.header.number, outcome.report.reason);
        difference(&outcome, &expected)
    });
}

fn is_reset_or_fork(mismatch: &BalMismatch) -> bool {
    matches!(
        mismatch,
        BalMismatch::StorageReset { .. } | BalMismatch::Fork | BalMismatch::Malformed(_)
    )
}

#[test]
fn generated_blocks_have_one_list_and_are_executed_by_it() {
    let mut failures = Vec::new();
    let mut rejected = 0;
    for threads in [1, 2, 3, 8] {
        let engine = Engine::new(threads).unwrap();
        for seed in 0..seeds() {
            for spec in specs() {
                let (block, state) = workload::contracts(seed, 40, 2 + seed % 7, spec);
                let at = format!("seed {seed}, {spec:?}, {threads} threads");
                let expected = listed(&engine, &block, &state, Executor::Sequential);
                let parallel = listed(&engine, &block, &state, Executor::Optimistic);
                let list = expected.block_access_list.clone().unwrap();
                if parallel.block_access_list.as_ref() != Some(&list) {
                    failures.push(format!("{at}: the list of the parallel executor differs"));
                }
                let outcome = by_list(&engine, &block, &state, &list);
                if let Some(words) = difference(&outcome, &expected) {
                    failures.push(format!("{at}: {words}"));
                }
                match &outcome.report.bal_mismatch {
                    None => assert_eq!(outcome.report.executions, 40, "{at}"),
                    Some(BalMismatch::StorageReset { .. })
                        if !spec.is_enabled_in(SpecId::CANCUN) =>
                    {
                        rejected += 1;
                    }
                    Some(mismatch) => failures.push(format!("{at}: {mismatch}")),
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(rejected > 0, "no generated block clears a storage");
}

/// Returns a block under Cancun whose list has every kind of entry, with that list.
pub(super) fn rich() -> (Block, MemoryState, BlockAccessList) {
    let engine = Engine::new(1).unwrap();
    (0..)
        .find_map(|seed| {
            let (block, state) = workload::contracts(seed, 40, 4, SpecId::CANCUN);
            let outcome = listed(&engine, &block, &state, Executor::Sequential);
            let list = outcome.block_access_list?;
            let has = |some: fn(&AccountChanges) -> bool| list.accounts().iter().any(some);
            let is_rich = has(|account| !account.code_changes.is_empty())
                && has(|account| !account.storage_reads.is_empty())
                && has(|account| account.storage_changes.len() > 1);
            is_rich.then_some((block, state, list))
        })
        .unwrap()
}

#[test]
fn an_invalid_block_has_the_sequential_error() {
    let (mut block, state) = workload::transfers(20);
    let engine = Engine::new(2).unwrap();
    let right = listed(&engine, &block, &state, Executor::Sequential);
    block.transactions[7].env.nonce = 5;
    let options = ExecuteOptions {
        executor: Executor::Bal,
        access_list: right.block_access_list.as_ref(),
        ..Default::default()
    };
    let error = engine.execute(&block, &state, &options).unwrap_err();
    assert_eq!(error.to_string(), "transaction 7 is invalid");
}

#[test]
fn a_bal_execution_without_a_list_builds_one() {
    let (block, state) = workload::transfers(20);
    let engine = Engine::new(2).unwrap();
    let options = ExecuteOptions {
        executor: Executor::Bal,
        ..Default::default()
    };
    let outcome = engine.execute(&block, &state, &options).unwrap();
    assert_eq!(
        outcome.report.reason,
        "bal was asked for without an access list: this execution builds one"
    );
    let list = outcome.block_access_list.unwrap();
    let again = by_list(&engine, &block, &state, &list);
    assert_eq!(again.report.executor, Executor::Bal);
    assert_eq!(
        difference(
            &again,
            &listed(&engine, &block, &state, Executor::Sequential)
        ),
        None
    );
}

#[test]
fn a_list_survives_json_and_rlp() {
    let (_, _, list) = rich();
    let json = list.to_json().unwrap();
    assert_eq!(BlockAccessList::from_json(json.as_bytes()).unwrap(), list);
    assert_eq!(BlockAccessList::from_rlp(&list.to_rlp()).unwrap(), list);
}
