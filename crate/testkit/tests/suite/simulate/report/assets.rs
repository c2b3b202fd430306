//! What accounts own.

use super::world::{
    ALICE, BOB, CAROL, GO, MINER, OTHER, TOKEN, TRANSFER, World, balance_of, balance_of_id,
    changes, data, number, owner_of, say, topic, transfer,
};
use alloy_primitives::{B256, Bytes, U256, hex, keccak256};
use parevm::{
    block::ForkSchedule,
    state::{Account, StateSource},
    vm::SpecId,
};
use parevm_testkit::{
    scripted_contract::{ScriptedContract, answer_slot},
    workload,
};
use serde_json::{Value, json};

#[test]
fn a_payment_moves_ether() {
    let report =
        World::new().report(json!({ "calls": [{ "from": ALICE, "to": CAROL, "value": "0x5" }] }));
    assert_eq!(report["status"], "success");
    assert_eq!(report["gasUsed"], "0x5208");
    assert_eq!(
        changes(&report),
        [
            "Alice native 0xde0b6b3a7640000 0xde0b6b3a763fffb -0x5",
            "Carol native 0x0 0x5 0x5",
        ]
    );
    assert_eq!(changes(&report["calls"][0]), changes(&report));
    assert_eq!(
        report["stateDiff"],
        json!([
            {
                "address": ALICE,
                "balance": { "before": "0xde0b6b3a7640000", "after": "0xde0b6b3a763fffb" },
                "nonce": { "before": "0x0", "after": "0x1" },
            },
            { "address": CAROL, "balance": { "before": "0x0", "after": "0x5" } },
        ])
    );
    assert_eq!(report["calls"][0]["trace"]["type"], "CALL");
}

#[test]
fn fees_are_told_apart() {
    let report = World::new().report(json!({ "calls": [{
        "from": ALICE, "to": CAROL, "value": "0x5",
        "maxFeePerGas": "0xa", "maxPriorityFeePerGas": "0x2",
    }] }));
    let call = &report["calls"][0];
    // 21,000 gas at 9 wei, of which 2 are a tip.
    assert_eq!(
        call["fees"],
        json!([
            { "account": ALICE, "change": "-0x2e248" },
            { "account": MINER, "change": "0xa410" },
        ])
    );
    assert_eq!(
        changes(&report),
        [
            "Alice native 0xde0b6b3a7640000 0xde0b6b3a7611db3 -0x5",
            "Carol native 0x0 0x5 0x5",
        ]
    );
}

/// The sender earns just what the fee takes, so that its balance is the same as before.
#[test]
fn what_the_fee_takes_away_is_told() {
    // Pays all it has to its caller: four times PUSH0, SELFBALANCE, CALLER, GAS, CALL.
    let mut world = World::new().with(TOKEN, hex!("5f5f5f5f47335af1").into());
    world.block.header.base_fee = Some(0);
    let bundle = json!({ "calls": [{ "from": ALICE, "to": TOKEN, "gasPrice": "0x1" }] });
    let gas_used = world.report(bundle.clone())["gasUsed"].clone();
    let mut token = world.state.account(TOKEN).unwrap().unwrap();
    token.balance = serde_json::from_value(gas_used.clone()).unwrap();
    world.state.insert_account(TOKEN, token);
    let report = world.report(bundle);
    let gas_used = gas_used.as_str().unwrap();
    assert_eq!(
        changes(&report),
        [
            format!("Token native {gas_used} 0x0 -{gas_used}"),
            format!("Alice native 0xde0b6b3a7640000 0xde0b6b3a7640000 {gas_used}"),
        ]
    );
}

#[test]
fn a_token_moves_and_is_asked() {
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let act = transfer(act, ALICE, BOB, 30);
            say(say(act, &balance_of(ALICE), 70), &balance_of(BOB), 31)
        })
        .code();
    let world = World::new()
        .with(TOKEN, code)
        .saying(TOKEN, &balance_of(ALICE), 100)
        .saying(TOKEN, &balance_of(BOB), 1)
        .saying(TOKEN, &data("decimals()", &[]), 6);
    let report = world.go();
    assert_eq!(
        changes(&report),
        ["Alice erc20 0x64 0x46 -0x1e", "Bob erc20 0x1 0x1f 0x1e",]
    );
    assert_eq!(
        report["tokens"],
        json!({ TOKEN.to_string().to_lowercase(): { "symbol": null, "decimals": 6 } })
    );
    let log = &report["calls"][0]["logs"][0];
    assert_eq!(log["address"], json!(TOKEN));
    assert_eq!(log["topics"][0], json!(topic(TRANSFER)));
}

#[test]
fn a_real_token_and_a_real_swap_are_told() {
    let (block, state) = workload::erc20(1);
    let world = World { block, state };
    let sent = &world.block.transactions[0].env;
    let report = world.report(json!({ "calls": [{
        "from": sent.caller, "to": sent.kind.to(), "data": sent.data,
    }] }));
    assert_eq!(report["status"], "success", "{report}");
    let list = report["assetChanges"].as_array().unwrap();
    let change: Vec<_> = list.iter().map(|change| &change["change"]).collect();
    assert_eq!(change, ["-0x3e8", "0x3e8"]);
    assert!(list.iter().all(|change| change["agrees"] == true));
    assert_eq!(
        report["calls"][0]["storageTouched"][0]["writes"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let (block, state) = workload::swaps(1);
    let world = World { block, state };
    let sent = &world.block.transactions[0].env;
    let report = world.report(json!({ "calls": [{
        "from": sent.caller, "to": sent.kind.to(), "data": sent.data,
    }] }));
    assert_eq!(report["status"], "success", "{report}");
    let list = report["assetChanges"].as_array().unwrap();
    // Trader and pool, two tokens each.
    assert_eq!(list.len(), 4, "{list:?}");
    assert!(
        list.iter().all(|change| change["agrees"] == true),
        "{list:?}"
    );
    let trader = list
        .iter()
        .filter(|change| change["account"] == json!(sent.caller));
    let trader: Vec<_> = trader
        .map(|change| change["change"].as_str().unwrap())
        .collect();
    assert_eq!(trader.len(), 2);
    assert!(
        trader[0].starts_with('-') && !trader[1].starts_with('-'),
        "{trader:?}"
    );
    // The swapping contract spends what it was allowed, of which this token logs an event.
    let spent = report["approvalChanges"].as_array().unwrap();
    assert!(
        spent
            .iter()
            .any(|change| change["owner"] == json!(sent.caller) && change["type"] == "erc20"),
        "{spent:?}"
    );
}

#[test]
fn a_token_that_takes_a_fee_is_flagged() {
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let act = transfer(act, ALICE, BOB, 100);
            let act = say(say(act, &balance_of(ALICE), 0), &balance_of(BOB), 98);
            say(act, &balance_of(TOKEN), 2)
        })
        .code();
    let world = World::new()
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
fn a_token_that_logs_nothing_and_one_that_lies_are_flagged() {
    let silent = ScriptedContract::default()
        .on(GO, |act| say(act, &balance_of(ALICE), 3))
        .code();
    let world = World::new()
        .with(TOKEN, silent)
        .saying(TOKEN, &balance_of(ALICE), 10);
    assert_eq!(
        changes(&world.go()),
        ["Alice erc20 0xa 0x3 -0x7 claims 0x0"]
    );

    let liar = ScriptedContract::default()
        .on(GO, |act| transfer(act, BOB, ALICE, 9))
        .code();
    let world = World::new().with(TOKEN, liar);
    assert_eq!(
        changes(&world.go()),
        [
            "Alice erc20 0x0 0x0 0x0 claims 0x9",
            "Bob erc20 0x0 0x0 0x0 claims -0x9",
        ]
    );

    // It logs, and answers nothing.
    let mute = ScriptedContract::default().always(|act| transfer(act, BOB, ALICE, 9));
    let world = World::new().with(TOKEN, mute);
    assert_eq!(
        changes(&world.go()),
        [
            "Alice erc20 ? ? 0x9 claims 0x9",
            "Bob erc20 ? ? -0x9 claims -0x9"
        ]
    );
}

#[test]
fn a_collectible_is_made_and_moved() {
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let made = [topic(TRANSFER), B256::ZERO, ALICE.into_word(), number(7)];
            let sent = [
                topic(TRANSFER),
                ALICE.into_word(),
                BOB.into_word(),
                number(8),
            ];
            let act = act.log(&made, &[]).log(&sent, &[]);
            let act = act.store(answer_slot(&owner_of(7)), ALICE.into_word().into());
            act.store(answer_slot(&owner_of(8)), BOB.into_word().into())
        })
        .code();
    let mut world = World::new().with(TOKEN, code);
    world
        .state
        .insert_storage(TOKEN, answer_slot(&owner_of(8)), ALICE.into_word().into());
    assert_eq!(
        changes(&world.go()),
        [
            "Alice erc721#0x7 0x0 0x1 0x1",
            "Alice erc721#0x8 0x1 0x0 -0x1",
            "Bob erc721#0x8 0x0 0x1 0x1",
        ]
    );
}

#[test]
fn a_batch_of_many_tokens_moves() {
    // ids [3, 4], values [10, 20]
    let words = [0x40, 0xa0, 2, 3, 4, 2, 10, 20].map(number);
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let topics = [
                topic("TransferBatch(address,address,address,uint256[],uint256[])"),
                ALICE.into_word(),
                ALICE.into_word(),
                BOB.into_word(),
            ];
            let mut act = act.log(&topics, &words.concat());
            for (who, id, value) in [(ALICE, 3, 0), (ALICE, 4, 5), (BOB, 3, 10), (BOB, 4, 20)] {
                act = say(act, &balance_of_id(who, id), value);
            }
            act
        })
        .code();
    let world = World::new()
        .with(TOKEN, code)
        .saying(TOKEN, &balance_of_id(ALICE, 3), 10)
        .saying(TOKEN, &balance_of_id(ALICE, 4), 25);
    assert_eq!(
        changes(&world.go()),
        [
            "Alice erc1155#0x3 0xa 0x0 -0xa",
            "Alice erc1155#0x4 0x19 0x5 -0x14",
            "Bob erc1155#0x3 0x0 0xa 0xa",
            "Bob erc1155#0x4 0x0 0x14 0x14",
        ]
    );
}

/// Early contracts index nothing; whether a number is an amount or a token is decided by what changes.
#[test]
fn a_transfer_that_indexes_nothing_is_told() {
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
        let mut world = World::new()
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

#[test]
fn tokens_that_move_in_a_row_are_told_one_by_one() {
    let moved = |last: u64| {
        let code = ScriptedContract::default()
            .on(GO, |act| {
                let topics = [
                    topic("ConsecutiveTransfer(uint256,uint256,address,address)"),
                    number(7),
                    B256::ZERO,
                    BOB.into_word(),
                ];
                let act = act.log(&topics, number(last).as_slice());
                let act = act.store(answer_slot(&owner_of(7)), BOB.into_word().into());
                act.store(answer_slot(&owner_of(8)), BOB.into_word().into())
            })
            .code();
        changes(&World::new().with(TOKEN, code).go())
    };
    let told = ["Bob erc721#0x7 0x0 0x1 0x1", "Bob erc721#0x8 0x0 0x1 0x1"];
    assert_eq!(moved(8), told);
    // Backwards, and more than anybody makes at a time.
    assert!(moved(6).is_empty());
    assert!(moved(7 + 5_000).is_empty());
}

#[test]
fn a_token_of_many_moves() {
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let topics = [
                topic("Transfer(address,address,address,uint256,uint256)"),
                ALICE.into_word(),
                BOB.into_word(),
                number(3),
            ];
            let data = [ALICE.into_word(), number(4)].concat();
            let act = act.log(&topics, &data);
            let act = say(act, &balance_of_id(ALICE, 3), 6);
            say(act, &balance_of_id(BOB, 3), 4)
        })
        .code();
    let world = World::new()
        .with(TOKEN, code)
        .saying(TOKEN, &balance_of_id(ALICE, 3), 10);
    assert_eq!(
        changes(&world.go()),
        [
            "Alice erc6909#0x3 0xa 0x6 -0x4",
            "Bob erc6909#0x3 0x0 0x4 0x4"
        ]
    );
}

/// Bob is neither sender nor in an event: his entry in a mapping is what gives him away.
#[test]
fn who_loses_in_silence_is_found_by_the_slot() {
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
    let mut world = World::new().with(TOKEN, code.into());
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
fn ether_is_wrapped() {
    let deposit = |is_token: bool| {
        ScriptedContract::default()
            .on(GO, |act| {
                let topics = [topic("Deposit(address,uint256)"), ALICE.into_word()];
                let act = act.log(&topics, number(9).as_slice());
                let value = if is_token { 12 } else { 3 };
                say(act, &balance_of(ALICE), value)
            })
            .code()
    };
    let bundle = json!({ "calls": [
        { "from": ALICE, "to": TOKEN, "value": "0x9", "data": Bytes::from(GO) },
    ] });
    let world = |is_token| {
        World::new()
            .with(TOKEN, deposit(is_token))
            .saying(TOKEN, &balance_of(ALICE), 3)
            .report(bundle.clone())
    };
    let ether = [
        "Token native 0x3e8 0x3f1 0x9",
        "Alice native 0xde0b6b3a7640000 0xde0b6b3a763fff7 -0x9",
    ];
    assert_eq!(
        changes(&world(true)),
        [ether[0], ether[1], "Alice erc20 0x3 0xc 0x9"]
    );
    // A vault that logs the same, and is no token.
    assert_eq!(changes(&world(false)), ether);
}

#[test]
fn a_destroyed_contract_loses_what_it_has() {
    let code = ScriptedContract::default().always(|act| act.destroy(CAROL));
    let mut world = World::new().with(TOKEN, code);
    let destroyed = [
        "Token native 0x3e8 0x0 -0x3e8",
        "Carol native 0x0 0x3e8 0x3e8",
    ];
    assert_eq!(changes(&world.go()), destroyed);
    world.block.schedule = ForkSchedule::always(SpecId::SHANGHAI);
    let report = world.go();
    assert_eq!(changes(&report), destroyed);
    let token = &report["stateDiff"][0];
    assert_eq!(token["code"]["after"], "0x");
    assert_eq!(token["storageCleared"], true);
}

#[test]
fn an_event_of_lent_code_is_the_borrowers() {
    let lender = ScriptedContract::default()
        .on(GO, |act| {
            say(transfer(act, BOB, ALICE, 4), &balance_of(ALICE), 4)
        })
        .code();
    let borrower = ScriptedContract::default()
        .on(GO, |act| act.delegate(OTHER, &GO))
        .code();
    let world = World::new()
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

#[test]
fn events_of_calls_that_failed_do_not_count() {
    let outcome = |fails: bool| {
        let inner = ScriptedContract::default().always(|act| {
            let act = transfer(act, BOB, ALICE, 4).call(CAROL, 1, &[]);
            if fails { act.revert(&[]) } else { act }
        });
        let outer = ScriptedContract::default()
            .on(GO, |act| act.call(OTHER, 0, &[]))
            .code();
        let world = World::new().with(OTHER, inner).with(TOKEN, outer);
        let report = world.go();
        assert_eq!(report["status"], "success");
        assert_eq!(report["calls"][0]["failure"], Value::Null);
        let logs = report["calls"][0]["logs"].as_array().unwrap().len();
        (changes(&report), logs)
    };
    assert_eq!(outcome(true), (Vec::new(), 0));
    let (told, logs) = outcome(false);
    assert_eq!((told.len(), logs), (4, 1), "{told:?}");
}

/// A token that counts how often it is asked, and says so.
#[test]
fn what_a_question_changes_is_undone() {
    // PUSH0, SLOAD, PUSH1 1, ADD, DUP1, PUSH0, SSTORE, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
    let counts = hex!("5f54600101805f555f5260205ff3");
    let code = ScriptedContract::default()
        .on(hex!("70a08231"), |act| act.raw(&counts))
        .on(GO, |act| transfer(act, ALICE, BOB, 9))
        .code();
    assert_eq!(
        changes(&World::new().with(TOKEN, code).go()),
        [
            "Alice erc20 0x1 0x1 0x0 claims -0x9",
            "Bob erc20 0x1 0x1 0x0 claims 0x9",
        ]
    );
}

/// A token that creates a contract when it is asked, where storage lies (EIP-7610).
#[test]
fn a_question_creates_no_contract_where_storage_lies() {
    let there = TOKEN.create2(B256::ZERO, keccak256([]));
    // PUSH0 four times, CREATE2, ISZERO, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN
    let creates = hex!("5f5f5f5ff5155f5260205ff3");
    let code = ScriptedContract::default()
        .on(hex!("70a08231"), |act| act.raw(&creates))
        .on(GO, |act| transfer(act, ALICE, BOB, 9))
        .code();
    let mut world = World::new().with(TOKEN, code);
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
