//! Short fuzzing: seeds that once failed, and some others. `parevm-cli fuzz` runs for hours.
//!
//! `PAREVM_SEED` is the first seed, `PAREVM_SEEDS` the number of seeds. A failure names its seed.

use alloy_eip7928::{BalanceChange, BlockAccessIndex};
use alloy_primitives::{Address, B256, U256};
use parevm::{
    Block, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState, bal::BalMismatch,
    block::Withdrawal, execute::AccessListOutput, state::Account, vm::FORKS,
};
use parevm_testkit::{
    compare::difference,
    fixture,
    fuzz::{Case, Finding, Oracle, digest, generate, generate_under, mutate, shrink},
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

fn failure(oracle: &Oracle, case: &Case<'_>, seed: u64) -> Option<String> {
    let found = oracle.check(&case.block, &case.state, seed).err()?;
    Some(format!("seed {seed}, {:?}: {found}", case.fork()))
}

#[test]
fn seeds_that_once_failed_pass() {
    let oracle = Oracle::new(&[1, 2, 4, 8]).unwrap();
    let engine = Engine::new(2).unwrap();
    let lines = SEEDS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut failures = Vec::new();
    let mut tried = 0;
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let seed = words[1].parse().unwrap();
        tried += 1;
        match words.as_slice() {
            ["blocks", _, fork] => {
                let case = generate_under(seed, fork.parse().unwrap());
                failures.extend(failure(&oracle, &case, seed));
            }
            ["mutations", _, block] => {
                let path = fixture::blocks_folder().join(format!("{block}.json.gz"));
                // The package has only some of the blocks.
                if path.exists() {
                    let loaded = fixture::load(&engine, &path).unwrap();
                    failures.extend(failure(&oracle, &mutate(seed, &loaded), seed));
                }
            }
            _ => failures.push(format!("malformed line: {line}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(tried > 5);
}

#[test]
fn generated_blocks_have_one_outcome() {
    let oracle = Oracle::new(&[1, 3, 8]).unwrap();
    let failures = seeds(DIGESTS_KEPT).filter_map(|seed| failure(&oracle, &generate(seed), seed));
    let failures: Vec<_> = failures.collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn mutated_blocks_have_one_outcome() {
    let oracle = Oracle::new(&[2, 4]).unwrap();
    let engine = Engine::new(2).unwrap();
    let mut failures = Vec::new();
    let (mut blocks, mut rejected, mut transactions) = (0, 0, 0);
    for path in fixture::list(&fixture::embedded_folder()).unwrap() {
        let loaded = fixture::load(&engine, &path).unwrap();
        for seed in seeds(16) {
            let case = mutate(seed, &loaded);
            match oracle.check(&case.block, &case.state, seed) {
                Ok(counts) => {
                    blocks += counts.blocks;
                    rejected += counts.rejected;
                    transactions += counts.transactions;
                }
                Err(found) => {
                    failures.push(format!("{}, seed {seed}: {found}", path.display()));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    println!("{blocks} blocks of which {rejected} are rejected, {transactions} transactions");
    // Some are rejected, most are not.
    assert!(rejected > 0 && rejected < blocks / 2 && transactions > 10 * blocks);
}

/// A block has one digest for every executor, and different blocks have different digests.
#[test]
fn a_digest_depends_on_the_block_and_not_on_the_executor() {
    let engine = Engine::new(3).unwrap();
    let mut digests = Vec::new();
    for seed in 0..FORKS.len() as u64 {
        let case = generate(seed);
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

/// A difference that needs two transactions shrinks to them.
#[test]
fn shrinking_keeps_the_transactions_of_the_difference() {
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
        way: "generated".into(),
        words: words.into(),
    };
    let fails = |block: &Block, _: &MemoryState| {
        let has = |sender| block.transactions.iter().any(|it| it.env.caller == sender);
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

/// `parevm-cli fuzz --digest --count 150` prints the expected digests. The wasm builds use the same file.
#[test]
fn generated_blocks_keep_their_digests() {
    let engine = Engine::new(2).unwrap();
    let kept: BTreeMap<u64, B256> = serde_json::from_str(DIGESTS).unwrap();
    let differing = kept.iter().filter(|(seed, kept)| {
        let case = generate(**seed);
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

/// Returns the sequential outcome with its access list, and the mismatch of an execution by it. Every executor must build the
/// same list, and have the same outcome by it.
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

/// Found by fuzzing, seed 516: two withdrawals, the second of which changes nothing.
#[test]
fn a_withdrawal_of_zero_does_not_remove_an_earlier_one_from_the_list() {
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

/// Found by fuzzing, seed 1229: the account is deleted, which a list cannot express.
#[test]
fn an_empty_account_touched_by_a_withdrawal_of_zero_is_a_mismatch() {
    let address = Address::repeat_byte(0x77);
    let (mut block, mut state) = workload::transfers(3);
    state.insert_account(address, Account::default());
    block.withdrawals = vec![Withdrawal { address, amount: 0 }];
    let (outcome, mismatch) = by_every_list(&block, &state);
    assert_eq!(outcome.state_diff.accounts[&address].account, None);
    assert_eq!(mismatch, Some(BalMismatch::EmptyAccount { address }));
}
