//! Blocks made from a seed: executors against each other and against plain revm.
//!
//! `PAREVM_SEEDS` says how many seeds are tried.

use parevm::{Block, Engine, ExecuteOptions, Executor, MemoryState, vm::FORKS};
use parevm_testkit::{baseline, compare::difference, workload};
use std::env;

fn seeds() -> u64 {
    env::var("PAREVM_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(30)
}

fn options(executor: Executor) -> ExecuteOptions<'static> {
    ExecuteOptions {
        executor,
        ..Default::default()
    }
}

/// The first difference between `executor` and plain revm, in words.
fn complaint(
    engine: &Engine,
    (block, state): &(Block, MemoryState),
    executor: Executor,
) -> Option<String> {
    let plain = baseline::outcome(block, state).unwrap();
    match engine.execute(block, state, &options(executor)) {
        Ok(outcome) => difference(&outcome, &plain),
        Err(error) => Some(format!("{error:?}")),
    }
}

fn equals_plain_revm(executor: Executor, threads: usize) {
    let engine = Engine::new(threads).unwrap();
    let mut complaints = Vec::new();
    for seed in 0..seeds() {
        for spec in FORKS {
            // Few contracts meet often, many seldom.
            let made = workload::contracts(seed, 40, 2 + seed % 7, spec);
            if let Some(words) = complaint(&engine, &made, executor) {
                complaints.push(format!("seed {seed}, {spec:?}: {words}"));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn sequential_equals_plain_revm() {
    equals_plain_revm(Executor::Sequential, 1);
}

#[test]
fn parallel_equals_plain_revm_on_2_threads() {
    equals_plain_revm(Executor::Optimistic, 2);
}

#[test]
fn parallel_equals_plain_revm_on_4_threads() {
    equals_plain_revm(Executor::Optimistic, 4);
}

#[test]
fn transfers_of_every_shape_equal_plain_revm() {
    let engine = Engine::new(4).unwrap();
    for made in [
        workload::transfers(200),
        workload::one_sender(200),
        workload::passed_on(200),
        workload::transfers(0),
    ] {
        for executor in [
            Executor::Sequential,
            Executor::Optimistic,
            Executor::Auto,
            Executor::Bal,
        ] {
            assert_eq!(complaint(&engine, &made, executor), None, "{executor}");
        }
    }
}

#[test]
fn a_chain_of_transfers_costs_21000_gas_each() {
    let (block, state) = workload::passed_on(3);
    let engine = Engine::new(1).unwrap();
    let outcome = engine
        .execute(&block, &state, &ExecuteOptions::default())
        .unwrap();
    assert_eq!(outcome.gas_used, 63_000);
    assert!(outcome.receipts.iter().all(|receipt| receipt.success));
}
