//! Wrong block access lists: the first difference is found, and the outcome is that of an execution without the list.

use super::bal::{by_list, listed, rich};
use alloy_eip7928::{
    AccountChanges, BalanceChange, BlockAccessIndex, CodeChange, NonceChange, SlotChanges,
    StorageChange,
};
use alloy_primitives::{Address, Bytes, U256};
use parevm::{
    BlockAccessList, Engine, Executor,
    bal::{BalField, BalMismatch, ListRule},
};
use parevm_testkit::{compare::difference, workload};

fn account(
    list: &mut BlockAccessList,
    which: impl Fn(&AccountChanges) -> bool,
) -> &mut AccountChanges {
    let mut accounts = list.accounts_mut().iter_mut();
    accounts.find(|account| which(account)).unwrap()
}

/// Executes a block by its list after `tamper`, and returns the mismatch. The outcome and its list must equal sequential.
fn mismatch(tamper: impl Fn(&mut BlockAccessList)) -> BalMismatch {
    let (block, state, list) = rich();
    let mut wrong = list.clone();
    tamper(&mut wrong);
    assert_ne!(wrong, list);
    let mut mismatches = Vec::new();
    for threads in [1, 3] {
        let engine = Engine::new(threads).unwrap();
        let expected = listed(&engine, &block, &state, Executor::Sequential);
        let outcome = by_list(&engine, &block, &state, &wrong);
        assert_eq!(difference(&outcome, &expected), None);
        assert_eq!(outcome.block_access_list.as_ref(), Some(&list));
        assert_ne!(outcome.report.executor, Executor::Bal);
        let mismatch = outcome.report.bal_mismatch.unwrap();
        assert_eq!(outcome.report.reason, mismatch.to_string());
        mismatches.push(mismatch);
    }
    assert_eq!(mismatches[0], mismatches[1]);
    mismatches.swap_remove(0)
}

/// As [`mismatch`], for a difference.
fn first_difference(tamper: impl Fn(&mut BlockAccessList)) -> (BalField, Option<u64>) {
    match mismatch(tamper) {
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
    assert_eq!(found, (BalField::Balance, Some(at)));
}

#[test]
fn a_wrong_nonce_is_found() {
    let (field, _) = first_difference(|list| {
        let nonces = &mut account(list, |account| !account.nonce_changes.is_empty()).nonce_changes;
        nonces.last_mut().unwrap().new_nonce += 1;
    });
    assert_eq!(field, BalField::Nonce);
}

#[test]
fn a_wrong_code_is_found() {
    let (field, _) = first_difference(|list| {
        account(list, |account| !account.code_changes.is_empty()).code_changes[0].new_code =
            Bytes::from_static(&[0xfe]);
    });
    assert_eq!(field, BalField::Code);
}

#[test]
fn a_wrong_slot_is_found() {
    let (field, _) = first_difference(|list| {
        let account = account(list, |account| !account.storage_changes.is_empty());
        account.storage_changes[0].changes[0].new_value += U256::ONE;
    });
    assert!(matches!(field, BalField::Slot(_)));
}

#[test]
fn a_superfluous_change_is_found() {
    // The last index, at which the block has no changes.
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
fn a_missing_change_is_found() {
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
fn a_superfluous_or_missing_read_or_account_is_found() {
    let (field, _) = first_difference(|list| {
        let account = account(list, |account| !account.storage_reads.is_empty());
        account.storage_reads.pop();
    });
    assert!(matches!(field, BalField::Read(_)));
    let (field, _) = first_difference(|list| {
        list.accounts_mut()[0].storage_reads.push(U256::MAX);
    });
    assert_eq!(field, BalField::Read(U256::MAX));
    let (field, _) = first_difference(|list| {
        list.accounts_mut().remove(0);
    });
    assert_eq!(field, BalField::Account);
    let (field, _) = first_difference(|list| {
        let absent = Address::repeat_byte(0xff);
        list.accounts_mut().push(AccountChanges::new(absent));
    });
    assert_eq!(field, BalField::Account);
}

#[test]
fn an_unsorted_list_or_an_index_beyond_the_block_is_malformed() {
    let malformed = |mismatch| matches!(mismatch, BalMismatch::Malformed(_));
    assert!(malformed(mismatch(|list| list.accounts_mut().swap(0, 1))));
    assert!(malformed(mismatch(|list| {
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
    // 63,000 gas pay for 31 items.
    block.header.gas_limit = 63_000;
    list.accounts_mut()[0].storage_reads = (0..31).map(U256::from).collect();
    let outcome = by_list(&engine, &block, &state, &list);
    assert!(matches!(
        outcome.report.bal_mismatch,
        Some(BalMismatch::Malformed(ListRule::Size(_)))
    ));
    assert_eq!(difference(&outcome, &right), None);
}
