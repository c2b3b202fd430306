//! A little of what `parevm-cli fuzz` does for hours: seeds that once failed, and some others.
//!
//! `PAREVM_SEED` is the first seed, `PAREVM_SEEDS` how many are tried. A complaint names its seed.

use alloy_eip7928::{BalanceChange, BlockAccessIndex};
use alloy_primitives::{Address, B256, U256};
use parevm::{
    Block, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState, bal::BalMismatch,
    block::Withdrawal, execute::AccessListOutput, state::Account, vm::FORKS,
};
use parevm_testkit::{
    compare::difference,
    fixture,
    fuzz::{Case, Finding, Oracle, digest, made, made_under, mutate, shrink},
    workload,
};
use std::{borrow::Cow, collections::BTreeMap, env};

const SEEDS: &str = include_str!("../../../regression/seeds.txt");
/// Ten blocks of each fork.
const DIGESTS_KEPT: u64 = 10 * FORKS.len() as u64;
const DIGESTS: &str = include_str!("../../../regression/made/digests.json");

fn number(variable: &str, default: u64) -> u64 {
    let text = env::var(variable).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn seeds(count: u64) -> std::ops::Range<u64> {
    let first = number("PAREVM_SEED", 0);
    first..first + number("PAREVM_SEEDS", count)
}

fn complaint(oracle: &Oracle, case: &Case<'_>, seed: u64) -> Option<String> {
    let found = oracle.check(&case.block, &case.state, seed).err()?;
    Some(format!("seed {seed}, {:?}: {found}", case.fork()))
}

#[test]
fn seeds_that_once_failed_do_not() {
    let oracle = Oracle::new(&[1, 2, 4, 8]).unwrap();
    let engine = Engine::new(2).unwrap();
    let lines = SEEDS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut complaints = Vec::new();
    let mut tried = 0;
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let seed = words[1].parse().unwrap();
        tried += 1;
        match words.as_slice() {
            ["blocks", _, fork] => {
                let case = made_under(seed, fork.parse().unwrap());
                complaints.extend(complaint(&oracle, &case, seed));
            }
            ["mutations", _, block] => {
                let path = fixture::blocks_folder().join(format!("{block}.json.gz"));
                // The package brings some of the blocks only.
                if path.exists() {
                    let loaded = fixture::load(&engine, &path).unwrap();
                    complaints.extend(complaint(&oracle, &mutate(seed, &loaded), seed));
                }
            }
            _ => complaints.push(format!("not understood: {line}")),
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(tried > 5);
}

#[test]
fn made_blocks_leave_the_same_every_way() {
    let oracle = Oracle::new(&[1, 3, 8]).unwrap();
    let complaints = seeds(DIGESTS_KEPT).filter_map(|seed| complaint(&oracle, &made(seed), seed));
    let complaints: Vec<_> = complaints.collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn spoilt_blocks_leave_the_same_every_way() {
    let oracle = Oracle::new(&[2, 4]).unwrap();
    let engine = Engine::new(2).unwrap();
    let mut complaints = Vec::new();
    let (mut blocks, mut refused, mut transactions) = (0, 0, 0);
    for path in fixture::list(&fixture::embedded_folder()).unwrap() {
        let loaded = fixture::load(&engine, &path).unwrap();
        for seed in seeds(16) {
            let case = mutate(seed, &loaded);
            match oracle.check(&case.block, &case.state, seed) {
                Ok(counts) => {
                    blocks += counts.blocks;
                    refused += counts.refused;
                    transactions += counts.transactions;
                }
                Err(found) => {
                    complaints.push(format!("{}, seed {seed}: {found}", path.display()));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    println!("{blocks} blocks of which {refused} are refused, {transactions} transactions");
    // Some are refused, most are not.
    assert!(refused > 0 && refused < blocks / 2 && transactions > 10 * blocks);
}

/// Whatever ran it: one digest for one block, and another for another.
#[test]
fn a_digest_tells_blocks_apart_and_executors_not() {
    let engine = Engine::new(3).unwrap();
    let mut digests = Vec::new();
    for seed in 0..FORKS.len() as u64 {
        let case = made(seed);
        let [one, other] = [Executor::Sequential, Executor::Optimistic].map(|executor| {
            let options = ExecuteOptions {
                executor,
                access_list_output: AccessListOutput::Returned,
                ..Default::default()
            };
            let outcome = engine.execute(&case.block, &*case.state, &options).unwrap();
            digest(&outcome)
        });
        assert_eq!(one, other, "seed {seed}");
        digests.push(one);
    }
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), FORKS.len());
}

/// A difference that needs two certain transactions is made as small as that.
#[test]
fn shrinking_keeps_what_shows_the_difference() {
    let (block, state) = workload::transfers(40);
    let (one, other) = (
        block.transactions[7].env.caller,
        block.transactions[31].env.caller,
    );
    let case = Case {
        block,
        state: Cow::Owned(state),
    };
    let finding = |words: &str| Finding {
        way: "made".into(),
        words: words.into(),
    };
    let fails = |block: &Block, _: &MemoryState| {
        let has = |who| block.transactions.iter().any(|one| one.env.caller == who);
        (has(one) && has(other)).then(|| finding("still"))
    };
    let (small, found) = shrink(case, finding("at first"), fails, || true);
    let callers: Vec<_> = small
        .block
        .transactions
        .iter()
        .map(|one| one.env.caller)
        .collect();
    assert_eq!(callers, [one, other]);
    assert!(
        small
            .block
            .transactions
            .iter()
            .all(|one| one.env.value.is_zero())
    );
    assert_eq!(found, finding("still"));
    assert!(small.state.iter().next().is_none());
}

/// `parevm-cli fuzz --digest --count 150` prints them. The wasm builds are held against the same file.
#[test]
fn made_blocks_leave_what_they_left_before() {
    let engine = Engine::new(2).unwrap();
    let kept: BTreeMap<u64, B256> = serde_json::from_str(DIGESTS).unwrap();
    let differing = kept.iter().filter(|(seed, kept)| {
        let case = made(**seed);
        let options = ExecuteOptions {
            executor: Executor::Optimistic,
            access_list_output: AccessListOutput::Returned,
            ..Default::default()
        };
        let outcome = engine.execute(&case.block, &*case.state, &options).unwrap();
        digest(&outcome) != **kept
    });
    let differing: Vec<_> = differing.map(|(seed, _)| seed).collect();
    assert!(differing.is_empty(), "seeds {differing:?}");
    assert_eq!(kept.len() as u64, DIGESTS_KEPT);
}

/// The outcome in order, with the list; every executor makes the same list and, by it, the same
/// outcome. Returns why the list was refused as well.
fn by_every_list(block: &Block, state: &MemoryState) -> (BlockOutcome, Option<BalMismatch>) {
    let engine = Engine::new(2).unwrap();
    let mut options = ExecuteOptions {
        executor: Executor::Sequential,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    let expected = engine.execute(block, state, &options).unwrap();
    options.executor = Executor::Optimistic;
    let parallel = engine.execute(block, state, &options).unwrap();
    assert_eq!(parallel.block_access_list, expected.block_access_list);
    options.executor = Executor::Bal;
    options.access_list = expected.block_access_list.as_ref();
    let by_list = engine.execute(block, state, &options).unwrap();
    assert_eq!(difference(&by_list, &expected), None);
    (expected, by_list.report.bal_mismatch)
}

/// Found by fuzzing, seed 516: two payments after the last transaction, of which the second changes
/// nothing.
#[test]
fn a_payment_of_nothing_does_not_take_an_earlier_one_from_the_list() {
    let address = Address::repeat_byte(0x77);
    let (mut block, state) = workload::transfers(3);
    block.withdrawals = [5, 0].map(|amount| Withdrawal { address, amount }).into();
    let (outcome, mismatch) = by_every_list(&block, &state);
    let list = outcome.block_access_list.unwrap();
    let entry = list
        .accounts()
        .iter()
        .find(|entry| entry.address == address);
    let wei = U256::from(5_000_000_000_u64);
    let change = BalanceChange::new(BlockAccessIndex::new(4), wei);
    assert_eq!(entry.unwrap().balance_changes, [change]);
    assert_eq!(mismatch, None);
}

/// Found by fuzzing, seed 1229: the account is gone then, and no list tells.
#[test]
fn an_empty_account_that_a_withdrawal_of_nothing_touches_is_found() {
    let address = Address::repeat_byte(0x77);
    let (mut block, mut state) = workload::transfers(3);
    state.insert_account(address, Account::default());
    block.withdrawals = vec![Withdrawal { address, amount: 0 }];
    let (outcome, mismatch) = by_every_list(&block, &state);
    assert_eq!(outcome.state_diff.accounts[&address].account, None);
    assert_eq!(mismatch, Some(BalMismatch::EmptyAccount { address }));
}
