//! Workloads of the synthetic suite: gas, logs and conflicts are as intended.

use parevm::{BlockOutcome, Engine, ExecuteOptions, Executor};
use parevm_testkit::{
    compare::difference,
    reference,
    workload::{SYNTHETIC, Workload},
};

/// Returns the outcome of `count` transactions of the workload `name`, after checking that it is equal for all executors.
fn outcome(name: &str, count: usize) -> BlockOutcome {
    let (block, state) = (Workload::named(name).unwrap().make)(count);
    let plain = reference::outcome(&block, &state).unwrap();
    for threads in [1, 4] {
        let engine = Engine::new(threads).unwrap();
        for executor in [Executor::Sequential, Executor::Optimistic] {
            let options = ExecuteOptions {
                executor,
                ..Default::default()
            };
            let outcome = engine.execute(&block, &state, &options).unwrap();
            let found = difference(&outcome, &plain);
            assert_eq!(found, None, "{name}, {executor}, {threads} threads");
        }
    }
    let failed = plain.receipts.iter().find(|receipt| !receipt.success);
    assert_eq!(failed, None, "{name}");
    plain
}

fn logs(outcome: &BlockOutcome) -> Vec<usize> {
    let receipts = outcome.receipts.iter();
    receipts.map(|receipt| receipt.logs.len()).collect()
}

#[test]
fn the_suite_has_six_workloads() {
    let kinds = SYNTHETIC.map(|kind| (kind.name, kind.count));
    let expected = [
        ("transfers", 47_620),
        ("erc20", 33_000),
        ("erc20-into-one", 33_000),
        ("swaps", 6_400),
        ("one-pool", 1_000),
        ("hot-mix", 10_000),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn a_transfer_logs_nothing() {
    let outcome = outcome("transfers", 50);
    assert_eq!(logs(&outcome), [0; 50]);
    assert_eq!(outcome.gas_used, 50 * 21_000);
}

#[test]
fn a_token_transfer_logs_one_event() {
    for name in ["erc20", "erc20-into-one"] {
        assert_eq!(logs(&outcome(name, 50)), [1; 50], "{name}");
    }
}

#[test]
fn tokens_sent_to_one_account_add_up() {
    let outcome = outcome("erc20-into-one", 50);
    let token = &outcome.state_diff.accounts[&outcome.receipts[0].to.unwrap()];
    let most = token.slots.values().max().unwrap();
    assert_eq!(most.to_string(), "1000000000000000000050000");
    assert_eq!(token.slots.len(), 51);
}

/// Three of the seven logs are the bought token, the sold token and the pool's `Swap`; the others are approvals.
#[test]
fn a_swap_logs_both_transfers_and_the_swap() {
    for name in ["swaps", "one-pool"] {
        let outcome = outcome(name, 50);
        assert_eq!(logs(&outcome), [7; 50], "{name}");
    }
}

#[test]
fn consecutive_swaps_in_one_pool_return_less_and_less() {
    let outcome = outcome("one-pool", 50);
    let bought: Vec<_> = outcome
        .receipts
        .iter()
        .map(|receipt| receipt.logs[3].data.data.clone())
        .collect();
    assert!(bought.is_sorted_by(|one, next| one > next), "{bought:?}");
}

#[test]
fn independent_swaps_all_return_the_same() {
    let outcome = outcome("swaps", 50);
    let mut bought = outcome
        .receipts
        .iter()
        .map(|receipt| receipt.logs[3].data.data.clone());
    let first = bought.next().unwrap();
    assert!(bought.all(|other| other == first));
}

#[test]
fn three_in_ten_of_the_mix_conflict() {
    let outcome = outcome("hot-mix", 50);
    let mut logs = logs(&outcome);
    logs.sort_unstable();
    assert_eq!(logs[..15], [0; 15]);
    assert_eq!(logs[15..35], [1; 20]);
    assert_eq!(logs[35..], [7; 15]);
}
