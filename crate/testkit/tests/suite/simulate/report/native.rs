//! Changes of the native currency: transfers, fees, wraps and destroyed contracts.

use super::scenario::{
    ALICE, CAROL, GO, MINER, Scenario, TOKEN, balance_of, changes, number, say, topic,
};
use alloy_primitives::{Bytes, hex};
use parevm::{block::ForkSchedule, state::StateSource, vm::SpecId};
use parevm_testkit::scripted_contract::ScriptedContract;
use serde_json::json;

#[test]
fn a_transfer_changes_two_balances() {
    let report = Scenario::new()
        .report(json!({ "calls": [{ "from": ALICE, "to": CAROL, "value": "0x5" }] }));
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
fn fees_are_separate_from_asset_changes() {
    let report = Scenario::new().report(json!({ "calls": [{
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

/// The sender gains exactly the fee, so its balance does not change.
#[test]
fn a_gain_that_the_fee_cancels_is_reported() {
    // Pays all it has to its caller: four times PUSH0, SELFBALANCE, CALLER, GAS, CALL.
    let mut world = Scenario::new().with(TOKEN, hex!("5f5f5f5f47335af1").into());
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
fn a_weth_deposit_changes_ether_and_token() {
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
        Scenario::new()
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
    // A vault with the same log that is no token.
    assert_eq!(changes(&world(false)), ether);
}

#[test]
fn a_destroyed_contract_loses_its_balance() {
    let code = ScriptedContract::default().always(|act| act.destroy(CAROL));
    let mut world = Scenario::new().with(TOKEN, code);
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
