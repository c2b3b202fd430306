//! Random programs on any number of workers have the outcome of a sequential execution.
#![cfg(not(parevm_loom))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod block;
mod transaction;

use block::{BLOCK_ORDER, Plan, Resumption, parallel};
use proptest::prelude::*;
use std::collections::BTreeMap;
use transaction::{LOCATIONS, Operation, Transaction, sequential};

/// Scales a number of cases: few under Miri, which is some thousand times slower.
const fn scaled(count: usize) -> usize {
    if cfg!(miri) { count / 40 } else { count }
}

fn operation() -> impl Strategy<Value = Operation> {
    let location = 0..LOCATIONS;
    prop_oneof![
        3 => location.clone().prop_map(Operation::Read),
        2 => Just(Operation::Chase),
        3 => location.clone().prop_map(Operation::Write),
        3 => (location.clone(), 0..5_u64).prop_map(|(at, amount)| Operation::Gain(at, amount)),
        2 => (location, 0..20_u64).prop_map(|(at, bound)| Operation::Compare(at, bound)),
        1 => (50..90_u64).prop_map(Operation::Fail),
        1 => Just(Operation::Suspend),
    ]
}

fn random_block() -> impl Strategy<Value = Vec<Transaction>> {
    prop::collection::vec(
        prop::collection::vec(operation(), 1..6),
        0..if cfg!(miri) { 8 } else { 40 },
    )
}

/// Blocks in which nearly every transaction gains at one of two locations, so that most gains are
/// not published before they are committed; some depend on the exact value.
fn hot_block() -> impl Strategy<Value = Vec<Transaction>> {
    let location = 0..2_u64;
    let operation = prop_oneof![
        12 => (location.clone(), 0..5_u64).prop_map(|(at, amount)| Operation::Gain(at, amount)),
        6 => (location.clone(), 0..60_u64).prop_map(|(at, bound)| Operation::Compare(at, bound)),
        1 => location.clone().prop_map(Operation::Read),
        1 => location.prop_map(Operation::Write),
    ];
    prop::collection::vec(
        prop::collection::vec(operation, 1..4),
        0..if cfg!(miri) { 12 } else { 120 },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let out_of_order = prop::collection::vec(0..6_u64, 120);
    let ranks = prop_oneof![Just(Vec::new()), out_of_order];
    let resumption = prop_oneof![Just(Resumption::Continue), Just(Resumption::Restart)];
    (1..5_u32, ranks, 0..4_u32, resumption).prop_map(|(batch, ranks, classes, resumption)| Plan {
        batch,
        ranks,
        classes,
        resumption,
    })
}

/// Returns the values that differ from the base: a gain of zero counts as a change in one outcome
/// and not in the other.
fn changed(state: &BTreeMap<u64, u64>) -> BTreeMap<u64, u64> {
    state
        .iter()
        .filter(|(at, value)| at != value)
        .map(|(at, value)| (*at, *value))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: scaled(600) as u32,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_number_of_workers_has_the_sequential_outcome(
        block in prop_oneof![3 => random_block(), 1 => hot_block()],
        workers in 1..9_usize,
        plan in plan(),
    ) {
        let (outputs, state, failed) = sequential(&block);
        let ((seen_outputs, seen_state, seen_failed), _) = parallel(&block, workers, &plan);
        prop_assert_eq!(seen_failed, failed);
        prop_assert_eq!(seen_outputs, outputs);
        prop_assert_eq!(changed(&seen_state), changed(&state));
    }
}

#[test]
fn an_empty_block_ends() {
    let (outcome, _) = parallel(&[], 4, &BLOCK_ORDER);
    assert_eq!(outcome, (vec![], BTreeMap::new(), None));
}

#[test]
fn a_chain_of_dependent_transactions_ends_in_order() {
    let count = scaled(500) as u64;
    let block = vec![vec![Operation::Read(0), Operation::Write(0)]; count as usize];
    let ((outputs, state, _), _) = parallel(&block, 8, &BLOCK_ORDER);
    assert_eq!(outputs, (0..count).collect::<Vec<_>>());
    assert_eq!(state, BTreeMap::from([(0, count)]));
}

#[test]
fn gains_of_one_location_are_no_conflict() {
    let transaction = vec![Operation::Compare(3, 3), Operation::Gain(3, 2)];
    let (_, stats) = parallel(&vec![transaction; scaled(300)], 4, &BLOCK_ORDER);
    assert_eq!(stats.re_executions, 0);
}
