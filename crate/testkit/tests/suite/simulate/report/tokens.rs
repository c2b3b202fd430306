//! Changes of tokens that follow their standard.

use super::scenario::{
    ALICE, BOB, CAROL, GO, OTHER, Scenario, TOKEN, TRANSFER, balance_of, balance_of_id, changes,
    data, number, owner_of, say, topic, transfer,
};
use alloy_primitives::B256;
use parevm_testkit::{
    scripted_contract::{ScriptedContract, answer_slot},
    workload,
};
use serde_json::{Value, json};

#[test]
fn an_erc20_transfer_is_reported_with_the_balances_of_the_token() {
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let act = transfer(act, ALICE, BOB, 30);
            say(say(act, &balance_of(ALICE), 70), &balance_of(BOB), 31)
        })
        .code();
    let world = Scenario::new()
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
fn a_real_erc20_transfer_and_a_real_swap_are_reported() {
    let (block, state) = workload::erc20(1);
    let world = Scenario { block, state };
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
    let world = Scenario { block, state };
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
fn an_erc721_mint_and_an_erc721_transfer_are_reported() {
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let minted = [topic(TRANSFER), B256::ZERO, ALICE.into_word(), number(7)];
            let sent = [
                topic(TRANSFER),
                ALICE.into_word(),
                BOB.into_word(),
                number(8),
            ];
            let act = act.log(&minted, &[]).log(&sent, &[]);
            let act = act.store(answer_slot(&owner_of(7)), ALICE.into_word().into());
            act.store(answer_slot(&owner_of(8)), BOB.into_word().into())
        })
        .code();
    let mut world = Scenario::new().with(TOKEN, code);
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
fn an_erc1155_batch_transfer_is_reported() {
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
    let world = Scenario::new()
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

#[test]
fn an_erc2309_transfer_is_reported_per_token() {
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
        changes(&Scenario::new().with(TOKEN, code).go())
    };
    let expected = ["Bob erc721#0x7 0x0 0x1 0x1", "Bob erc721#0x8 0x0 0x1 0x1"];
    assert_eq!(moved(8), expected);
    // Backwards, and above the limit.
    assert!(moved(6).is_empty());
    assert!(moved(7 + 5_000).is_empty());
}

#[test]
fn an_erc6909_transfer_is_reported() {
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
    let world = Scenario::new()
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

#[test]
fn events_of_failed_frames_do_not_count() {
    let outcome = |fails: bool| {
        let inner = ScriptedContract::default().always(|act| {
            let act = transfer(act, BOB, ALICE, 4).call(CAROL, 1, &[]);
            if fails { act.revert(&[]) } else { act }
        });
        let outer = ScriptedContract::default()
            .on(GO, |act| act.call(OTHER, 0, &[]))
            .code();
        let world = Scenario::new().with(OTHER, inner).with(TOKEN, outer);
        let report = world.go();
        assert_eq!(report["status"], "success");
        assert_eq!(report["calls"][0]["failure"], Value::Null);
        let logs = report["calls"][0]["logs"].as_array().unwrap().len();
        (changes(&report), logs)
    };
    assert_eq!(outcome(true), (Vec::new(), 0));
    let (reported, logs) = outcome(false);
    assert_eq!((reported.len(), logs), (4, 1), "{reported:?}");
}
