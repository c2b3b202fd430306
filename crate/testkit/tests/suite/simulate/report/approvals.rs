//! Approval changes by events.

use super::scenario::{
    ALICE, BOB, CAROL, GO, OTHER, Scenario, TOKEN, allowance, approvals, balance_of, changes, data,
    number, say, topic, transfer,
};
use alloy_primitives::{Address, U256, hex};
use parevm_testkit::scripted_contract::{ScriptedContract, answer_slot};
use serde_json::json;

#[test]
fn approval_changes_have_the_grants_before_and_after() {
    let word = |address: Address| address.into_word();
    let for_all = data(
        "isApprovedForAll(address,address)",
        &[word(ALICE), word(BOB)],
    );
    let approved = data("getApproved(uint256)", &[number(5)]);
    let through = data(
        "allowance(address,address,address)",
        &[word(ALICE), word(OTHER), word(BOB)],
    );
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let erc20 = [
                topic("Approval(address,address,uint256)"),
                word(ALICE),
                word(BOB),
            ];
            let act = act.log(&erc20, number(50).as_slice());
            let act = say(act, &allowance(ALICE, BOB), 50);
            let erc721 = [erc20[0], erc20[1], erc20[2], number(5)];
            let act = act.log(&erc721, &[]);
            let act = act.store(answer_slot(&approved), word(BOB).into());
            let all = [
                topic("ApprovalForAll(address,address,bool)"),
                word(ALICE),
                word(BOB),
            ];
            let act = act.log(&all, number(1).as_slice());
            let act = say(act, &for_all, 1);
            let permit = [
                topic("Approval(address,address,address,uint160,uint48)"),
                word(ALICE),
                word(OTHER),
                word(BOB),
            ];
            let act = act.log(&permit, &[number(77), number(0)].concat());
            let act = say(act, &through, 77);
            act.store(answer_slot(&through) + U256::ONE, U256::from(1_800_000_000))
        })
        .code();
    let world = Scenario::new()
        .with(TOKEN, code)
        .saying(TOKEN, &allowance(ALICE, BOB), 8);
    let report = world.go();
    let bob = BOB.to_string().to_lowercase();
    assert_eq!(
        approvals(&report),
        [
            "erc20 AliceBob 0x8 0x32".to_owned(),
            format!("erc721  {} {bob}", Address::ZERO),
            "forAll AliceBob false true".to_owned(),
            "permit2 AliceBob {amount:0x0,expiration:0x0} {amount:0x4d,expiration:0x6b49d200}"
                .to_owned(),
        ]
    );
    let permit2 = &report["approvalChanges"][3];
    assert_eq!(permit2["contract"], json!(TOKEN));
    assert_eq!(permit2["token"], json!(OTHER));
}

/// ERC-6909: by token, and all of them.
#[test]
fn approvals_of_erc6909_and_permit2_are_reported() {
    let word = |address: Address| address.into_word();
    let allowance = data(
        "allowance(address,address,uint256)",
        &[word(ALICE), word(BOB), number(3)],
    );
    let operator = data("isOperator(address,address)", &[word(ALICE), word(BOB)]);
    let code = ScriptedContract::default()
        // isApprovedForAll: it has none.
        .on(hex!("e985e9c5"), |act| act.revert(&[]))
        .on(GO, |act| {
            let topics = [
                topic("Approval(address,address,uint256,uint256)"),
                word(ALICE),
                word(BOB),
                number(3),
            ];
            let act = act.log(&topics, number(9).as_slice());
            let act = say(act, &allowance, 9);
            let topics = [
                topic("OperatorSet(address,address,bool)"),
                word(ALICE),
                word(BOB),
            ];
            let act = act.log(&topics, number(1).as_slice());
            say(act, &operator, 1)
        })
        .code();
    let world = Scenario::new()
        .with(TOKEN, code)
        .saying(TOKEN, &allowance, 2);
    let report = world.go();
    assert_eq!(
        approvals(&report),
        ["forAll AliceBob false true", "erc6909 AliceBob 0x2 0x9"]
    );
    assert_eq!(report["approvalChanges"][1]["tokenId"], "0x3");
}

#[test]
fn an_approval_that_contradicts_its_event_is_flagged() {
    let code = ScriptedContract::default()
        .on(GO, |act| {
            let topics = [
                topic("Approval(address,address,uint256)"),
                ALICE.into_word(),
                BOB.into_word(),
            ];
            act.log(&topics, number(0).as_slice())
        })
        .code();
    let world = Scenario::new()
        .with(TOKEN, code)
        .saying(TOKEN, &allowance(ALICE, BOB), 8);
    assert_eq!(
        approvals(&world.go()),
        ["erc20 AliceBob 0x8 0x8 claims 0x0"]
    );
}

/// What a token says less of than its event is no wonder where something was spent. Here nothing was: the
/// spending failed.
#[test]
fn only_a_possible_spend_explains_a_lower_grant() {
    let spending = data(
        "transferFrom(address,address,uint256)",
        &[BOB.into_word(), CAROL.into_word(), number(5)],
    );
    let outcome = |fails: bool| {
        let token = ScriptedContract::default()
            .on(GO, |act| {
                let topics = [
                    topic("Approval(address,address,uint256)"),
                    BOB.into_word(),
                    OTHER.into_word(),
                ];
                act.log(&topics, number(100).as_slice())
            })
            .on(
                hex!("23b872dd"),
                |act| {
                    if fails { act.revert(&[]) } else { act }
                },
            )
            .code();
        let spender = ScriptedContract::default()
            .always(|act| act.call(TOKEN, 0, &GO).call(TOKEN, 0, &spending));
        let world = Scenario::new()
            .with(TOKEN, token)
            .with(OTHER, spender)
            .saying(TOKEN, &allowance(BOB, OTHER), 95);
        let report = world.report(json!({ "calls": [{ "from": ALICE, "to": OTHER }] }));
        approvals(&report)
    };
    assert_eq!(outcome(false), Vec::<String>::new());
    assert_eq!(outcome(true), ["erc20 BobOther 0x5f 0x5f claims 0x64"]);
}

#[test]
fn an_allowance_that_is_spent_without_an_event_is_reported() {
    let transfer_from = data(
        "transferFrom(address,address,uint256)",
        &[BOB.into_word(), CAROL.into_word(), number(5)],
    );
    let token = ScriptedContract::default()
        .on(hex!("23b872dd"), |act| {
            let act = transfer(act, BOB, CAROL, 5);
            let act = say(say(act, &balance_of(BOB), 15), &balance_of(CAROL), 5);
            say(act, &allowance(BOB, OTHER), 95)
        })
        .code();
    let spender = ScriptedContract::default().always(|act| act.call_or_fail(TOKEN, &transfer_from));
    let world = Scenario::new()
        .with(TOKEN, token)
        .with(OTHER, spender)
        .saying(TOKEN, &balance_of(BOB), 20)
        .saying(TOKEN, &allowance(BOB, OTHER), 100);
    let report = world.report(json!({ "calls": [{ "from": ALICE, "to": OTHER }] }));
    assert_eq!(approvals(&report), ["erc20 BobOther 0x64 0x5f"]);
    assert_eq!(
        changes(&report),
        ["Bob erc20 0x14 0xf -0x5", "Carol erc20 0x0 0x5 0x5"]
    );
}
