//! Block access lists: made by every executor, run by, and refused where they are wrong.
//!
//! `PAREVM_SEEDS` says how many seeds are tried.

use alloy_eip7928::{
    AccountChanges, BalanceChange, BlockAccessIndex, CodeChange, NonceChange, SlotChanges,
    StorageChange,
};
use alloy_primitives::{Address, Bytes, U256};
use parevm::{
    Block, BlockAccessList, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState,
    bal::{BalMismatch, Field, ListRule},
    execute::AccessListOutput,
    fixture::Fixture,
    vm::{FORKS, SpecId},
};
use parevm_testkit::{compare::difference, fixture, workload};
use std::env;

/// The forks under which there can be lists: before them an account may exist and be empty.
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

/// Runs `block` with `executor` and returns the outcome with its list.
fn listed(engine: &Engine, block: &Block, state: &MemoryState, executor: Executor) -> BlockOutcome {
    let options = ExecuteOptions {
        executor,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    engine.execute(block, state, &options).unwrap()
}

/// Runs `block` by `list`.
fn by_list(
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

/// What `check` finds wrong with the recorded blocks, block by block.
fn each_block(engine: &Engine, check: impl Fn(&Fixture) -> Option<String>) {
    let blocks = fixture::list(&fixture::blocks_folder()).unwrap();
    assert!(!blocks.is_empty(), "no blocks to run");
    let complaints: Vec<_> = blocks
        .iter()
        .filter_map(|path| {
            let loaded = fixture::load(engine, path).unwrap();
            Some(format!("{}: {}", fixture::name(path), check(&loaded)?))
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_executor_makes_the_list_that_a_fixture_carries() {
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
                let difference = parevm::bal::Difference::between(expected, &found);
                let words = difference.map(|difference| format!("{executor}: {difference}"));
                words.or_else(|| (found != *expected).then(|| format!("{executor}: order")))
            })
    });
    println!("{} lists compared", compared.get());
    // The embedded blocks carry one.
    assert!(compared.get() > 0);
}

#[test]
fn every_block_runs_by_its_list() {
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
fn made_blocks_have_one_list_and_run_by_it() {
    let mut complaints = Vec::new();
    let mut refused = 0;
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
                    complaints.push(format!("{at}: the parallel executor makes another list"));
                }
                let outcome = by_list(&engine, &block, &state, &list);
                if let Some(words) = difference(&outcome, &expected) {
                    complaints.push(format!("{at}: {words}"));
                }
                match &outcome.report.bal_mismatch {
                    None => assert_eq!(outcome.report.executions, 40, "{at}"),
                    Some(BalMismatch::StorageReset { .. })
                        if !spec.is_enabled_in(SpecId::CANCUN) =>
                    {
                        refused += 1;
                    }
                    Some(mismatch) => complaints.push(format!("{at}: {mismatch}")),
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(refused > 0, "no made block empties a storage");
}

/// A block under Cancun whose list has every kind of entry, with that list.
fn rich() -> (Block, MemoryState, BlockAccessList) {
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

fn account(
    list: &mut BlockAccessList,
    which: impl Fn(&AccountChanges) -> bool,
) -> &mut AccountChanges {
    let mut accounts = list.accounts_mut().iter_mut();
    accounts.find(|account| which(account)).unwrap()
}

/// Runs by a list that `tamper` has made wrong, and returns why it was refused. The outcome must be
/// that of running in order, and so must its list.
fn refusal(tamper: impl Fn(&mut BlockAccessList)) -> BalMismatch {
    let (block, state, list) = rich();
    let mut wrong = list.clone();
    tamper(&mut wrong);
    assert_ne!(wrong, list);
    let mut refusals = Vec::new();
    for threads in [1, 3] {
        let engine = Engine::new(threads).unwrap();
        let expected = listed(&engine, &block, &state, Executor::Sequential);
        let outcome = by_list(&engine, &block, &state, &wrong);
        assert_eq!(difference(&outcome, &expected), None);
        assert_eq!(outcome.block_access_list.as_ref(), Some(&list));
        assert_ne!(outcome.report.executor, Executor::Bal);
        let mismatch = outcome.report.bal_mismatch.unwrap();
        assert_eq!(outcome.report.reason, mismatch.to_string());
        refusals.push(mismatch);
    }
    assert_eq!(refusals[0], refusals[1]);
    refusals.swap_remove(0)
}

/// As [`refusal`], where it is a difference.
fn first_difference(tamper: impl Fn(&mut BlockAccessList)) -> (Field, Option<u64>) {
    match refusal(tamper) {
        BalMismatch::Differs { first: Some(first) } => (first.field, first.index),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_balance_is_found() {
    let mut at = 0;
    let (_, _, mut list) = rich();
    let change =
        &account(&mut list, |account| !account.balance_changes.is_empty()).balance_changes[0];
    at += change.block_access_index.get();
    let found = first_difference(|list| {
        account(list, |account| !account.balance_changes.is_empty()).balance_changes[0]
            .post_balance += U256::ONE;
    });
    assert_eq!(found, (Field::Balance, Some(at)));
}

#[test]
fn a_wrong_nonce_is_found() {
    let (field, _) = first_difference(|list| {
        let nonces = &mut account(list, |account| !account.nonce_changes.is_empty()).nonce_changes;
        nonces.last_mut().unwrap().new_nonce += 1;
    });
    assert_eq!(field, Field::Nonce);
}

#[test]
fn a_wrong_code_is_found() {
    let (field, _) = first_difference(|list| {
        account(list, |account| !account.code_changes.is_empty()).code_changes[0].new_code =
            Bytes::from_static(&[0xfe]);
    });
    assert_eq!(field, Field::Code);
}

#[test]
fn a_wrong_slot_is_found() {
    let (field, _) = first_difference(|list| {
        let account = account(list, |account| !account.storage_changes.is_empty());
        account.storage_changes[0].changes[0].new_value += U256::ONE;
    });
    assert!(matches!(field, Field::Slot(_)));
}

#[test]
fn a_change_too_much_is_found() {
    // An account that the block changes nowhere and one index that it does not change at.
    let end = BlockAccessIndex::new(41);
    let tampers: [fn(&mut AccountChanges, BlockAccessIndex); 4] = [
        |account, at| {
            let change = BalanceChange::new(at, U256::MAX);
            account.balance_changes.push(change);
        },
        |account, at| account.nonce_changes.push(NonceChange::new(at, 9_999)),
        |account, at| {
            let change = CodeChange::new(at, Bytes::from_static(&[0xfe]));
            account.code_changes.push(change);
        },
        |account, at| {
            let change = StorageChange::new(at, U256::MAX);
            let slot = SlotChanges::new(U256::MAX, vec![change]);
            account.storage_changes.push(slot);
        },
    ];
    for tamper in tampers {
        let (_, index) = first_difference(|list| tamper(&mut list.accounts_mut()[0], end));
        assert_eq!(index, Some(41));
    }
}

#[test]
fn a_change_too_few_is_found() {
    let tampers: [fn(&mut AccountChanges); 4] = [
        |account| {
            account
                .balance_changes
                .truncate(account.balance_changes.len() - 1)
        },
        |account| {
            account
                .nonce_changes
                .truncate(account.nonce_changes.len() - 1)
        },
        |account| {
            account
                .code_changes
                .truncate(account.code_changes.len() - 1)
        },
        |account| {
            account
                .storage_changes
                .truncate(account.storage_changes.len() - 1)
        },
    ];
    let has: [fn(&AccountChanges) -> bool; 4] = [
        |account| !account.balance_changes.is_empty(),
        |account| !account.nonce_changes.is_empty(),
        |account| !account.code_changes.is_empty(),
        |account| !account.storage_changes.is_empty(),
    ];
    for (tamper, has) in tampers.into_iter().zip(has) {
        let (_, index) = first_difference(|list| tamper(account(list, has)));
        assert!(index.is_some());
    }
}

#[test]
fn a_read_or_an_account_too_much_or_too_few_is_found() {
    let (field, _) = first_difference(|list| {
        let account = account(list, |account| !account.storage_reads.is_empty());
        account.storage_reads.pop();
    });
    assert!(matches!(field, Field::Read(_)));
    let (field, _) = first_difference(|list| {
        list.accounts_mut()[0].storage_reads.push(U256::MAX);
    });
    assert_eq!(field, Field::Read(U256::MAX));
    let (field, _) = first_difference(|list| {
        list.accounts_mut().remove(0);
    });
    assert_eq!(field, Field::Account);
    let (field, _) = first_difference(|list| {
        let nobody = Address::repeat_byte(0xff);
        list.accounts_mut().push(AccountChanges::new(nobody));
    });
    assert_eq!(field, Field::Account);
}

#[test]
fn a_list_out_of_order_or_beyond_the_block_is_malformed() {
    let malformed = |mismatch| matches!(mismatch, BalMismatch::Malformed(_));
    assert!(malformed(refusal(|list| list.accounts_mut().swap(0, 1))));
    assert!(malformed(refusal(|list| {
        let change = NonceChange::new(BlockAccessIndex::new(42), 1);
        list.accounts_mut()[0].nonce_changes.push(change);
    })));
}

#[test]
fn a_list_with_more_items_than_the_block_can_pay_is_malformed() {
    let (mut block, state) = workload::transfers(3);
    let engine = Engine::new(2).unwrap();
    let right = listed(&engine, &block, &state, Executor::Sequential);
    let mut list = right.block_access_list.clone().unwrap();
    // 63,000 gas pay 31 items.
    block.header.gas_limit = 63_000;
    list.accounts_mut()[0].storage_reads = (0..31).map(U256::from).collect();
    let outcome = by_list(&engine, &block, &state, &list);
    assert!(matches!(
        outcome.report.bal_mismatch,
        Some(BalMismatch::Malformed(ListRule::Size(_)))
    ));
    assert_eq!(difference(&outcome, &right), None);
}

#[test]
fn an_invalid_block_fails_as_in_order() {
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
fn without_a_list_a_bal_run_makes_one() {
    let (block, state) = workload::transfers(20);
    let engine = Engine::new(2).unwrap();
    let options = ExecuteOptions {
        executor: Executor::Bal,
        ..Default::default()
    };
    let outcome = engine.execute(&block, &state, &options).unwrap();
    assert_eq!(
        outcome.report.reason,
        "bal was asked for, but no access list is at hand: this run makes one"
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
