//! Every recorded block: executors against each other, plain revm and the header.
//!
//! `PAREVM_REPEAT` says how often each is run in parallel.

use parevm::{Checks, Engine, ExecuteOptions, Executor, fixture::Fixture};
use parevm_testkit::{baseline, compare::difference, fixture};
use std::{env, path::PathBuf};

fn blocks() -> Vec<PathBuf> {
    let blocks = fixture::list(&fixture::blocks_folder()).unwrap();
    assert!(!blocks.is_empty(), "no blocks to run");
    blocks
}

fn repetitions() -> usize {
    env::var("PAREVM_REPEAT")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20)
}

fn options(executor: Executor) -> ExecuteOptions<'static> {
    ExecuteOptions {
        executor,
        ..Default::default()
    }
}

/// Runs `check` on every block and fails with all its complaints.
fn each_block(engine: &Engine, check: impl Fn(&Fixture) -> Option<String>) {
    let mut complaints = Vec::new();
    for path in blocks() {
        let loaded = fixture::load(engine, &path).unwrap();
        if let Some(complaint) = check(&loaded) {
            complaints.push(format!("{}: {complaint}", fixture::name(&path)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Runs every block `repetitions` times and compares with running it in order.
fn equals_sequential(executor: Executor, threads: usize, repetitions: usize) {
    let engine = Engine::new(threads).unwrap();
    each_block(&engine, |Fixture { block, state, .. }| {
        let expected = engine
            .execute(block, state, &options(Executor::Sequential))
            .unwrap();
        (0..repetitions).find_map(
            |round| match engine.execute(block, state, &options(executor)) {
                Ok(outcome) => difference(&outcome, &expected).map(|difference| {
                    format!("{executor} and sequential, round {round}: {difference}")
                }),
                Err(error) => Some(format!("{executor}, round {round}: {error:?}")),
            },
        )
    });
}

#[test]
fn sequential_matches_every_header() {
    let engine = Engine::new(2).unwrap();
    each_block(&engine, |fixture| {
        let Fixture { block, state, .. } = fixture;
        let outcome = engine
            .execute(block, state, &options(Executor::Sequential))
            .unwrap();
        let checks = Checks::new(
            &block.declared,
            &outcome,
            fixture.state_root_after(&outcome),
        );
        println!("{} {checks:?}", block.header.number);
        (!checks.is_ok()).then(|| format!("{checks:?}"))
    });
}

#[test]
fn sequential_equals_plain_revm() {
    let engine = Engine::new(2).unwrap();
    each_block(&engine, |Fixture { block, state, .. }| {
        let outcome = engine
            .execute(block, state, &options(Executor::Sequential))
            .unwrap();
        let plain = baseline::outcome(block, state).unwrap();
        difference(&outcome, &plain)
    });
}

#[test]
fn parallel_equals_sequential_on_2_threads() {
    equals_sequential(Executor::Optimistic, 2, repetitions());
}

#[test]
fn parallel_equals_sequential_on_4_threads() {
    equals_sequential(Executor::Optimistic, 4, repetitions());
}

#[test]
fn parallel_equals_sequential_on_8_threads() {
    equals_sequential(Executor::Optimistic, 8, repetitions());
}
