//! The blocks of the synthetic suite do what they are to measure.

use parevm::{BlockOutcome, Engine, ExecuteOptions, Executor};
use parevm_testkit::{
    baseline,
    compare::difference,
    workload::{Kind, SYNTHETIC},
};

/// The outcome of `count` transactions of the kind `name`, the same for all executors.
fn outcome(name: &str, count: usize) -> BlockOutcome {
    let (block, state) = (Kind::named(name).unwrap().make)(count);
    let plain = baseline::outcome(&block, &state).unwrap();
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
fn the_suite_has_these_blocks() {
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
fn a_token_transfer_logs_it() {
    for name in ["erc20", "erc20-into-one"] {
        assert_eq!(logs(&outcome(name, 50)), [1; 50], "{name}");
    }
}

#[test]
fn tokens_sent_into_one_account_add_up() {
    let outcome = outcome("erc20-into-one", 50);
    let token = &outcome.state_diff.accounts[&outcome.receipts[0].to.unwrap()];
    let most = token.slots.values().max().unwrap();
    assert_eq!(most.to_string(), "1000000000000000000050000");
    assert_eq!(token.slots.len(), 51);
}

/// Three of the seven are the token that is bought, the token that is sold and the pool's `Swap`;
/// the others are approvals.
#[test]
fn a_swap_logs_both_transfers_and_the_swap() {
    for name in ["swaps", "one-pool"] {
        let outcome = outcome(name, 50);
        assert_eq!(logs(&outcome), [7; 50], "{name}");
    }
}

#[test]
fn swaps_in_one_pool_get_less_and_less() {
    let outcome = outcome("one-pool", 50);
    let bought: Vec<_> = outcome
        .receipts
        .iter()
        .map(|receipt| receipt.logs[3].data.data.clone())
        .collect();
    assert!(bought.is_sorted_by(|one, next| one > next), "{bought:?}");
}

#[test]
fn independent_swaps_all_get_the_same() {
    let outcome = outcome("swaps", 50);
    let mut bought = outcome
        .receipts
        .iter()
        .map(|receipt| receipt.logs[3].data.data.clone());
    let first = bought.next().unwrap();
    assert!(bought.all(|other| other == first));
}

#[test]
fn three_in_ten_of_the_mix_meet() {
    let outcome = outcome("hot-mix", 50);
    let mut logs = logs(&outcome);
    logs.sort_unstable();
    assert_eq!(logs[..15], [0; 15]);
    assert_eq!(logs[15..35], [1; 20]);
    assert_eq!(logs[35..], [7; 15]);
}
