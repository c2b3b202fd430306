//! Tokens that log what their standard does not, something else, or nothing (`contract/odd-tokens.sol`): what
//! decides is what they answer before and after.

use super::world::{ALICE, BOB, CAROL, OTHER, TOKEN, World, approvals, changes, data, number};
use alloy_primitives::{Address, B256, Bytes, U256};
use serde_json::{Value, json};

const CODES: &str = include_str!("../../../../contract/odd-tokens.json");

/// A contract of `odd-tokens.sol`.
fn code(name: &str) -> Bytes {
    let codes: Value = CODES.parse().unwrap();
    serde_json::from_value(codes[name].clone()).unwrap()
}

/// What the last of calls by Alice of the token of this name does; the others must succeed.
fn last(name: &str, calls: &[(Address, Vec<u8>)]) -> Value {
    let world = World::new()
        .with(TOKEN, code(name))
        .with(OTHER, code("Agent"));
    let calls: Vec<_> = calls
        .iter()
        .map(|(to, data)| json!({ "to": to, "data": Bytes::from(data.clone()) }))
        .collect();
    let report = world.report(json!({ "from": ALICE, "calls": calls }));
    assert_eq!(report["status"], "success", "{report}");
    report["calls"][calls.len() - 1].clone()
}

fn word(address: Address) -> B256 {
    address.into_word()
}

fn call(signature: &str, words: &[B256]) -> (Address, Vec<u8>) {
    (TOKEN, data(signature, words))
}

/// A call by the agent on behalf of Alice.
fn by_agent(signature: &str, words: &[B256]) -> (Address, Vec<u8>) {
    let inner = data(signature, words);
    let head = [word(TOKEN), number(64), number(inner.len() as u64)];
    let mut outer = data("run(address,bytes)", &head);
    outer.extend(inner);
    outer.resize(outer.len().next_multiple_of(32) + 4, 0);
    (OTHER, outer)
}

fn mint(amount: u64) -> (Address, Vec<u8>) {
    call("mint(address,uint256)", &[word(ALICE), number(amount)])
}

/// Masks of the parameters that are indexed, at most three of `count`.
fn masks(count: u32) -> impl Iterator<Item = u64> {
    (0..1_u64 << count).filter(|mask| mask.count_ones() <= 3)
}

/// https://github.com/safe-global/safe-transaction-service/issues/211
/// https://github.com/safe-global/safe-transaction-service/issues/464
#[test]
fn units_and_single_tokens_are_reported_whatever_is_indexed() {
    for mask in masks(3) {
        let send = |to: Address, value: B256| {
            call(
                "send(uint256,address,uint256)",
                &[number(mask), word(to), value],
            )
        };
        let units = last("Units", &[mint(100), send(BOB, number(30))]);
        assert_eq!(
            changes(&units),
            ["Alice erc20 0x64 0x46 -0x1e", "Bob erc20 0x0 0x1e 0x1e"],
            "mask {mask}"
        );
        let great = B256::from(U256::from(1) << 200);
        for id in [number(0), number(1), number(5), number(123_456), great] {
            let shown = format!("{:#x}", U256::from_be_bytes(id.0));
            for name in ["Ones", "Zeros"] {
                let mint = call("mint(address,uint256)", &[word(ALICE), id]);
                let moved = last(name, &[mint.clone(), send(BOB, id)]);
                assert_eq!(
                    changes(&moved),
                    [
                        format!("Alice erc721#{shown} 0x1 0x0 -0x1"),
                        format!("Bob erc721#{shown} 0x0 0x1 0x1"),
                    ],
                    "{name}, mask {mask}"
                );
                let made = last(name, &[send(BOB, id)]);
                assert_eq!(
                    changes(&made),
                    [format!("Bob erc721#{shown} 0x0 0x1 0x1")],
                    "{name}, mask {mask}"
                );
                let burnt = last(name, &[mint, send(Address::ZERO, id)]);
                assert_eq!(
                    changes(&burnt),
                    [format!("Alice erc721#{shown} 0x1 0x0 -0x1")],
                    "{name}, mask {mask}"
                );
            }
        }
    }
}

#[test]
fn tokens_of_many_are_reported_whatever_is_indexed() {
    let mint = call(
        "mint(address,uint256,uint256)",
        &[word(ALICE), number(3), number(10)],
    );
    for mask in masks(5) {
        let words = [number(mask), word(BOB), number(3), number(4)];
        let send = call("send(uint256,address,uint256,uint256)", &words);
        let moved = last("Many", &[mint.clone(), send]);
        assert_eq!(
            changes(&moved),
            [
                "Alice erc1155#0x3 0xa 0x6 -0x4",
                "Bob erc1155#0x3 0x0 0x4 0x4"
            ],
            "mask {mask}"
        );
    }
    // The operator is not indexed.
    let words = [word(BOB), number(96), number(160), number(1), number(3)];
    let words = [&words[..], &[number(1), number(4)]].concat();
    let send = call("sendAll(address,uint256[],uint256[])", &words);
    let moved = last("Many", &[mint, send]);
    assert_eq!(
        changes(&moved),
        [
            "Alice erc1155#0x3 0xa 0x6 -0x4",
            "Bob erc1155#0x3 0x0 0x4 0x4"
        ]
    );
}

#[test]
fn approvals_are_reported_whatever_is_indexed() {
    let bob = BOB.to_string().to_lowercase();
    let zero = Address::ZERO;
    for mask in masks(3) {
        let allow = |value| {
            let words = [number(mask), word(BOB), number(value)];
            call("allow(uint256,address,uint256)", &words)
        };
        let granted = last("Units", &[allow(40)]);
        assert_eq!(
            approvals(&granted),
            ["erc20 AliceBob 0x0 0x28"],
            "mask {mask}"
        );
        let granted = last("Ones", &[mint(5), allow(5)]);
        assert_eq!(
            approvals(&granted),
            [format!("erc721  {zero} {bob}")],
            "mask {mask}"
        );
        // Once more is no change.
        assert_eq!(
            approvals(&last("Units", &[allow(40), allow(40)])),
            [] as [&str; 0]
        );
        assert_eq!(
            approvals(&last("Ones", &[mint(5), allow(5), allow(5)])),
            [] as [&str; 0]
        );
        let words = [number(mask), word(BOB), number(1)];
        let granted = last("Ones", &[call("allowAll(uint256,address,bool)", &words)]);
        assert_eq!(
            approvals(&granted),
            ["forAll AliceBob false true"],
            "mask {mask}"
        );
    }
}

/// https://github.com/OpenZeppelin/openzeppelin-subgraphs/issues/57
#[test]
fn an_allowance_that_is_spent_or_lowered_without_event_is_reported() {
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
        // A function that nobody knows.
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
fn approvals_without_events_are_reported_by_the_entry_that_was_written() {
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

/// What the contract answers was nothing before it was there, whatever it answers then.
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
        let report = World::new().report(json!({ "from": ALICE, "calls": calls }));
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

/// What is spent leaves less than the last event said, and never more.
#[test]
fn an_approval_that_is_more_than_its_event_said_is_flagged() {
    let words = [word(OTHER), number(500), number(0)];
    let lie = call("allowAndSay(address,uint256,uint256)", &words);
    let said = last("Units", &[lie]);
    assert_eq!(approvals(&said), ["erc20 AliceOther 0x0 0x1f4 claims 0x0"]);
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
    let world = World::new().with(TOKEN, code("Wrapper"));
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

#[test]
fn a_loss_is_not_hidden_by_what_an_event_claims_to_be() {
    // Units, logged as a token of ERC-1155.
    let send = call("sendAsSingle(address,uint256)", &[word(BOB), number(30)]);
    let lines = changes(&last("Units", &[mint(100), send]));
    assert!(
        lines.contains(&"Alice erc20 0x64 0x46 -0x1e claims 0x0".to_owned()),
        "{lines:?}"
    );
    // Of somebody who is not in the event.
    let words = [word(ALICE), word(BOB), number(30)];
    let take = by_agent("sendOf(address,address,uint256)", &words);
    assert_eq!(
        changes(&last("Units", &[mint(100), take])),
        [
            "Other erc20 0x0 0x0 0x0 claims -0x1e",
            "Alice erc20 0x64 0x46 -0x1e claims 0x0",
            "Bob erc20 0x0 0x1e 0x1e",
        ]
    );
    // Another token of the collection than the event says.
    let words = [word(BOB), number(5), number(6)];
    let send = call("sendAndSay(address,uint256,uint256)", &words);
    let lines = changes(&last("Ones", &[mint(5), send]));
    assert!(
        lines.contains(&"Alice erc721#0x5 0x1 0x0 -0x1 claims 0x0".to_owned()),
        "{lines:?}"
    );
    // Of another owner than the event says.
    let words = [word(CAROL), word(BOB), number(5)];
    let send = call("sendAsOf(address,address,uint256)", &words);
    assert_eq!(
        changes(&last("Ones", &[mint(5), send])),
        [
            "Alice erc721#0x5 0x1 0x0 -0x1 claims 0x0",
            "Bob erc721#0x5 0x0 0x1 0x1",
            "Carol erc721#0x5 0x0 0x0 0x0 claims -0x1",
        ]
    );
    // Both at once.
    let mark = call("mark(address,uint256)", &[word(ALICE), number(30)]);
    let send = call("sendMarked(address,uint256)", &[word(BOB), number(30)]);
    let lines = changes(&last("Wolf", &[mint(100), mark, send]));
    assert_eq!(
        lines,
        [
            "Alice erc20 0x64 0x46 -0x1e claims 0x0",
            "Alice erc721#0x1e 0x1 0x0 -0x1",
            "Bob erc20 0x0 0x1e 0x1e claims 0x0",
            "Bob erc721#0x1e 0x0 0x1 0x1",
        ]
    );
    let send = call("sendWithFee(address,uint256)", &[word(BOB), number(30)]);
    assert_eq!(
        changes(&last("Units", &[mint(100), send])),
        [
            "Alice erc20 0x64 0x46 -0x1e",
            "Bob erc20 0x0 0x1d 0x1d claims 0x1e"
        ]
    );
}

/// What nobody's balance shows stays a claim.
#[test]
fn an_event_of_what_did_not_happen_is_flagged() {
    for (mask, lines) in [
        (
            3,
            [
                "Bob erc20 0x0 0x0 0x0 claims -0x5",
                "Carol erc20 0x0 0x0 0x0 claims 0x5",
            ],
        ),
        (
            7,
            [
                "Bob erc721#0x5 0x0 0x0 0x0 claims -0x1",
                "Carol erc721#0x5 0x0 0x0 0x0 claims 0x1",
            ],
        ),
    ] {
        let words = [number(mask), word(BOB), word(CAROL), number(5)];
        let say = call("sayOnly(uint256,address,address,uint256)", &words);
        assert_eq!(changes(&last("Units", &[say])), lines);
    }
}
