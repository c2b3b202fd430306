//! Changes of tokens whose events and balances disagree, and the queries that show it.

use super::scenario::{
    ALICE, BOB, GO, OTHER, Scenario, TOKEN, TRANSFER, balance_of, changes, number, owner_of, say,
    topic, transfer,
};
use alloy_primitives::{B256, Bytes, U256, hex, keccak256};
use parevm::state::Account;
use parevm_testkit::scripted_contract::{ScriptedContract, answer_slot};
use serde_json::json;

#[test]
fn a_fee_on_transfer_token_is_flagged() {
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let act = transfer(act, ALICE, BOB, 100);
            let act = say(say(act, &balance_of(ALICE), 0), &balance_of(BOB), 98);
            say(act, &balance_of(TOKEN), 2)
        })
        .code();
    let world = Scenario::new()
        .with(TOKEN, code)
        .saying(TOKEN, &balance_of(ALICE), 100);
    assert_eq!(
        changes(&world.go()),
        [
            "Token erc20 0x0 0x2 0x2 claims 0x0",
            "Alice erc20 0x64 0x0 -0x64",
            "Bob erc20 0x0 0x62 0x62 claims 0x64",
        ]
    );
}

#[test]
fn tokens_that_log_nothing_or_lie_are_flagged() {
    let silent = ScriptedContract::default()
        .on(GO, |act| say(act, &balance_of(ALICE), 3))
        .code();
    let world = Scenario::new()
        .with(TOKEN, silent)
        .saying(TOKEN, &balance_of(ALICE), 10);
    assert_eq!(
        changes(&world.go()),
        ["Alice erc20 0xa 0x3 -0x7 claims 0x0"]
    );

    let liar = ScriptedContract::default()
        .on(GO, |act| transfer(act, BOB, ALICE, 9))
        .code();
    let world = Scenario::new().with(TOKEN, liar);
    assert_eq!(
        changes(&world.go()),
        [
            "Alice erc20 0x0 0x0 0x0 claims 0x9",
            "Bob erc20 0x0 0x0 0x0 claims -0x9",
        ]
    );

    // It logs, and returns no balance.
    let mute = ScriptedContract::default().always(|act| transfer(act, BOB, ALICE, 9));
    let world = Scenario::new().with(TOKEN, mute);
    assert_eq!(
        changes(&world.go()),
        [
            "Alice erc20 ? ? 0x9 claims 0x9",
            "Bob erc20 ? ? -0x9 claims -0x9"
        ]
    );
}

/// Early contracts index nothing; the observed change decides whether a number is an amount or a token id.
#[test]
fn a_transfer_without_indexed_parameters_is_reported() {
    let words = [ALICE.into_word(), BOB.into_word(), number(7)].concat();
    let token = |is_collection: bool| {
        let mut puppet = ScriptedContract::default();
        if is_collection {
            let decimals = keccak256("decimals()");
            let selector = [decimals[0], decimals[1], decimals[2], decimals[3]];
            puppet = puppet.on(selector, |act| act.revert(&[]));
        }
        puppet
            .on(GO, |act| {
                let act = act.log(&[topic(TRANSFER)], &words);
                if is_collection {
                    // Its balances count.
                    let act = act.store(answer_slot(&owner_of(7)), BOB.into_word().into());
                    return say(say(act, &balance_of(ALICE), 7), &balance_of(BOB), 3);
                }
                say(say(act, &balance_of(ALICE), 1), &balance_of(BOB), 9)
            })
            .code()
    };
    let changed = |is_collection| {
        let mut world = Scenario::new()
            .with(TOKEN, token(is_collection))
            .saying(TOKEN, &balance_of(ALICE), 8)
            .saying(TOKEN, &balance_of(BOB), 2);
        let owner = ALICE.into_word().into();
        world
            .state
            .insert_storage(TOKEN, answer_slot(&owner_of(7)), owner);
        changes(&world.go())
    };
    assert_eq!(
        changed(false),
        ["Alice erc20 0x8 0x1 -0x7", "Bob erc20 0x2 0x9 0x7"]
    );
    assert_eq!(
        changed(true),
        [
            "Alice erc721#0x7 0x1 0x0 -0x1",
            "Bob erc721#0x7 0x0 0x1 0x1",
        ]
    );
}

/// Bob is neither the sender nor in an event: only his mapping entry names him.
#[test]
fn a_balance_without_an_event_is_found_by_its_mapping_entry() {
    // With an address: its entry in the mapping at slot 0. With a selector alone: Bob has 7.
    let ask = hex!("602060045f37 60405f2054 5f52 60205ff3");
    let bob = [&[0x73], BOB.as_slice()].concat();
    let go = [
        hex!("5b").as_slice(),
        &bob,
        &hex!("5f52 5f602052 6007 60405f2055 00"),
    ];
    // CALLDATASIZE, PUSH1 4, EQ, PUSH1 where `go` begins, JUMPI
    let begin = [0x36, 0x60, 4, 0x14, 0x60, 7 + ask.len() as u8, 0x57];
    let code = [&begin, ask.as_slice(), &go.concat()].concat();
    let mut world = Scenario::new().with(TOKEN, code.into());
    let slot = keccak256([BOB.into_word(), B256::ZERO].concat());
    let ten = U256::from(10);
    world.state.insert_storage(TOKEN, slot.into(), ten);
    assert_eq!(changes(&world.go()), ["Bob erc20 0xa 0x7 -0x3 claims 0x0"]);
    let twice = json!({ "from": ALICE, "to": TOKEN, "data": Bytes::from(GO) });
    let report = world.report(json!({ "calls": [twice, twice] }));
    assert_eq!(changes(&report), ["Bob erc20 0xa 0x7 -0x3 claims 0x0"]);
    assert!(changes(&report["calls"][1]).is_empty());
}

#[test]
fn an_event_of_delegated_code_belongs_to_the_caller() {
    let lender = ScriptedContract::default()
        .on(GO, |act| {
            say(transfer(act, BOB, ALICE, 4), &balance_of(ALICE), 4)
        })
        .code();
    let borrower = ScriptedContract::default()
        .on(GO, |act| act.delegate(OTHER, &GO))
        .code();
    let world = Scenario::new()
        .with(OTHER, lender)
        .with(TOKEN, borrower)
        .saying(TOKEN, &balance_of(BOB), 4);
    let report = world.go();
    assert_eq!(report["assetChanges"][0]["asset"]["token"], json!(TOKEN));
    assert_eq!(
        changes(&report),
        [
            "Alice erc20 0x0 0x4 0x4",
            "Bob erc20 0x4 0x4 0x0 claims -0x4"
        ]
    );
}

/// A token whose balance counts its queries.
#[test]
fn a_query_changes_no_state() {
    // PUSH0, SLOAD, PUSH1 1, ADD, DUP1, PUSH0, SSTORE, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
    let counts = hex!("5f54600101805f555f5260205ff3");
    let code = ScriptedContract::default()
        .on(hex!("70a08231"), |act| act.raw(&counts))
        .on(GO, |act| transfer(act, ALICE, BOB, 9))
        .code();
    assert_eq!(
        changes(&Scenario::new().with(TOKEN, code).go()),
        [
            "Alice erc20 0x1 0x1 0x0 claims -0x9",
            "Bob erc20 0x1 0x1 0x0 claims 0x9",
        ]
    );
}

/// A token that creates a contract in a query, at an address with storage (EIP-7610).
#[test]
fn a_query_creates_no_contract_at_an_address_with_storage() {
    let there = TOKEN.create2(B256::ZERO, keccak256([]));
    // PUSH0 four times, CREATE2, ISZERO, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
    let creates = hex!("5f5f5f5ff5155f5260205ff3");
    let code = ScriptedContract::default()
        .on(hex!("70a08231"), |act| act.raw(&creates))
        .on(GO, |act| transfer(act, ALICE, BOB, 9))
        .code();
    let mut world = Scenario::new().with(TOKEN, code);
    assert_eq!(
        changes(&world.go()),
        [
            "Alice erc20 0x0 0x0 0x0 claims -0x9",
            "Bob erc20 0x0 0x0 0x0 claims 0x9",
        ]
    );
    let account = Account {
        balance: U256::from(1),
        ..Account::default()
    };
    world.state.insert_account(there, account);
    world
        .state
        .insert_storage(there, U256::from(1), U256::from(1));
    assert_eq!(
        changes(&world.go()),
        [
            "Alice erc20 0x1 0x1 0x0 claims -0x9",
            "Bob erc20 0x1 0x1 0x0 claims 0x9",
        ]
    );
}
