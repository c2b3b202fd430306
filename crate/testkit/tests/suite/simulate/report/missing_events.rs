//! Changes without an event: the written mapping entries and the function called name what to query.

use super::{
    odd_tokens::{by_agent, call, code, last, mint, word},
    scenario::{ALICE, BOB, CAROL, OTHER, Scenario, TOKEN, approvals, changes, data, number},
};
use alloy_primitives::{Address, Bytes};
use serde_json::{Value, json};

/// https://github.com/OpenZeppelin/openzeppelin-subgraphs/issues/57
#[test]
fn an_allowance_that_is_spent_or_lowered_without_an_event_is_reported() {
    let approve = call("allowQuietly(address,uint256)", &[word(OTHER), number(500)]);
    let (alice, bob, forty) = (word(ALICE), word(BOB), number(40));
    for spend in [
        by_agent(
            "transferFrom(address,address,uint256)",
            &[alice, bob, forty],
        ),
        by_agent(
            "transferFromAndCall(address,address,uint256)",
            &[alice, bob, forty],
        ),
        by_agent("burnFrom(address,uint256)", &[alice, forty]),
        by_agent("redeem(uint256,address,address)", &[forty, bob, alice]),
        by_agent("withdraw(uint256,address,address)", &[forty, bob, alice]),
        // An unknown function.
        by_agent("zap(uint256,bytes32,address)", &[forty, number(0), alice]),
        call("decreaseAllowance(address,uint256)", &[word(OTHER), forty]),
    ] {
        let spent = last("Units", &[mint(100), approve.clone(), spend]);
        assert_eq!(approvals(&spent), ["erc20 AliceOther 0x1f4 0x1cc"]);
    }
    let granted = last("Units", &[approve]);
    assert_eq!(approvals(&granted), ["erc20 AliceOther 0x0 0x1f4"]);
}

#[test]
fn approvals_without_events_are_found_by_their_mapping_entries() {
    let quietly = call("allowQuietly(address,uint256)", &[word(BOB), number(5)]);
    let bob = BOB.to_string().to_lowercase();
    assert_eq!(
        approvals(&last("Ones", &[mint(5), quietly])),
        [format!("erc721  {} {bob}", Address::ZERO)]
    );
    let all = call("allowAllQuietly(address)", &[word(BOB)]);
    assert_eq!(
        approvals(&last("Ones", &[all])),
        ["forAll AliceBob false true"]
    );
    let words = [word(BOB), word(OTHER), number(50), number(2_000_000_000)];
    let approve = call("approve(address,address,uint160,uint48)", &words);
    let take = by_agent(
        "take(address,address,uint160)",
        &[word(ALICE), word(BOB), number(8)],
    );
    assert_eq!(
        approvals(&last("Through", &[approve, take])),
        [
            "permit2 AliceOther {amount:0x32,expiration:0x77359400} {amount:0x2a,expiration:0x77359400}"
        ]
    );
}

/// Before its creation a contract grants nothing, whatever it returns then.
#[test]
fn approvals_of_a_contract_that_the_bundle_creates_are_reported() {
    let bob = BOB.to_string().to_lowercase();
    let created = ALICE.create(0);
    let deploy = |name: &str| {
        let code = code(name);
        let [.., high, low] = code.len().to_be_bytes();
        // PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN
        let init = [0x61, high, low, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3];
        json!({ "data": Bytes::from([&init, code.as_ref()].concat()) })
    };
    let summary = |name: &str, calls: &[(Address, Vec<u8>)]| {
        let calls = calls.iter();
        let calls =
            calls.map(|(_, data)| json!({ "to": created, "data": Bytes::from(data.clone()) }));
        let calls: Vec<_> = std::iter::once(deploy(name)).chain(calls).collect();
        let report = Scenario::new().report(json!({ "from": ALICE, "calls": calls }));
        assert_eq!(report["status"], "success", "{report}");
        approvals(&report)
    };
    let allow = call(
        "allow(uint256,address,uint256)",
        &[number(3), word(BOB), number(5)],
    );
    assert_eq!(
        summary("Units", &[mint(9), allow.clone()]),
        ["erc20 AliceBob 0x0 0x5"]
    );
    assert_eq!(
        summary("Ones", &[mint(5), allow.clone()]),
        [format!("erc721  {} {bob}", Address::ZERO)]
    );
    let send = call("sendQuietly(address,uint256)", &[word(CAROL), number(5)]);
    assert_eq!(summary("Ones", &[mint(5), allow, send]), [] as [&str; 0]);
}

#[test]
fn balances_without_events_are_reported() {
    let quietly = call("sendQuietly(address,uint256)", &[word(BOB), number(5)]);
    assert_eq!(
        changes(&last("Units", &[mint(100), quietly.clone()])),
        [
            "Alice erc20 0x64 0x5f -0x5 claims 0x0",
            "Bob erc20 0x0 0x5 0x5 claims 0x0",
        ]
    );
    assert_eq!(
        changes(&last("Ones", &[mint(5), quietly.clone()])),
        [
            "Alice erc721#0x5 0x1 0x0 -0x1 claims 0x0",
            "Bob erc721#0x5 0x0 0x1 0x1 claims 0x0",
        ]
    );
    // Its balances are in another contract.
    let open = call("open()", &[]);
    assert_eq!(
        changes(&last("Apart", &[open, mint(100), quietly])),
        [
            "Alice erc20 0x64 0x5f -0x5 claims 0x0",
            "Bob erc20 0x0 0x5 0x5 claims 0x0",
        ]
    );
    let mint = call(
        "mint(address,uint256,uint256)",
        &[word(ALICE), number(3), number(10)],
    );
    let words = [word(BOB), number(3), number(4)];
    let quietly = call("sendQuietly(address,uint256,uint256)", &words);
    assert_eq!(
        changes(&last("Many", &[mint, quietly])),
        [
            "Alice erc1155#0x3 0xa 0x6 -0x4 claims 0x0",
            "Bob erc1155#0x3 0x0 0x4 0x4 claims 0x0",
        ]
    );
    let world = Scenario::new().with(TOKEN, code("Wrapper"));
    let wrap = json!({ "to": TOKEN, "value": "0x9", "data": Bytes::from(data("deposit()", &[])) });
    let unwrap = data("withdraw(uint256)", &[number(4)]);
    let unwrap = json!({ "to": TOKEN, "data": Bytes::from(unwrap) });
    let report = world.report(json!({ "from": ALICE, "calls": [wrap, unwrap] }));
    let erc20 = |report: &Value| {
        let lines = changes(report);
        let line = lines.into_iter().find(|line| line.contains("erc20"));
        line.unwrap_or_default()
    };
    assert_eq!(
        erc20(&report["calls"][0]),
        "Alice erc20 0x0 0x9 0x9 claims 0x0"
    );
    assert_eq!(
        erc20(&report["calls"][1]),
        "Alice erc20 0x9 0x5 -0x4 claims 0x0"
    );
}
