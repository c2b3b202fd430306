//! Events that index other parameters than their standard, or claim what did not happen: the contract's state
//! decides.

use super::{
    odd_tokens::{by_agent, call, last, masks, mint, word},
    scenario::{ALICE, BOB, CAROL, OTHER, approvals, changes, number},
};
use alloy_primitives::{Address, B256, U256};

/// https://github.com/safe-global/safe-transaction-service/issues/211
/// https://github.com/safe-global/safe-transaction-service/issues/464
#[test]
fn erc20_and_erc721_transfers_are_reported_whatever_is_indexed() {
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
                let minted = last(name, &[send(BOB, id)]);
                assert_eq!(
                    changes(&minted),
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
fn erc1155_transfers_are_reported_whatever_is_indexed() {
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

#[test]
fn an_event_of_another_kind_does_not_hide_a_loss() {
    // Units, logged as a token of ERC-1155.
    let send = call("sendAsSingle(address,uint256)", &[word(BOB), number(30)]);
    let lines = changes(&last("Units", &[mint(100), send]));
    assert!(
        lines.contains(&"Alice erc20 0x64 0x46 -0x1e claims 0x0".to_owned()),
        "{lines:?}"
    );
    // Of an account that is not in the event.
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
    // Another token id than in the event.
    let words = [word(BOB), number(5), number(6)];
    let send = call("sendAndSay(address,uint256,uint256)", &words);
    let lines = changes(&last("Ones", &[mint(5), send]));
    assert!(
        lines.contains(&"Alice erc721#0x5 0x1 0x0 -0x1 claims 0x0".to_owned()),
        "{lines:?}"
    );
    // Another owner than in the event.
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

/// A transfer that no balance shows stays a claim.
#[test]
fn an_event_without_a_change_is_flagged() {
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

/// A spend leaves less than the last event granted, never more.
#[test]
fn an_approval_above_its_event_is_flagged() {
    let words = [word(OTHER), number(500), number(0)];
    let lie = call("allowAndSay(address,uint256,uint256)", &words);
    let said = last("Units", &[lie]);
    assert_eq!(approvals(&said), ["erc20 AliceOther 0x0 0x1f4 claims 0x0"]);
}
