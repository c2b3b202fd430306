//! What calls would do, in one report.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use alloy_genesis::Genesis;
use alloy_primitives::{Address, B256, Bytes, U256, address, hex, keccak256};
use parevm::{
    Block, Chain, MemoryState,
    block::{Header, Schedule},
    rpc,
    simulate::{
        CallLimits, Overrides, Simulation,
        report::{Bundle, Report, ReportError, ReportOptions},
    },
    state::{Account, StateSource},
    vm::{Bytecode, SpecId},
};
use parevm_testkit::{
    puppet::{Act, Puppet, answer},
    workload,
};
use serde_json::{Value, json};

const ALICE: Address = address!("a11ce00000000000000000000000000000000000");
const BOB: Address = address!("b0b0000000000000000000000000000000000000");
const CAROL: Address = address!("ca20100000000000000000000000000000000000");
const TOKEN: Address = address!("7000000000000000000000000000000000000001");
const OTHER: Address = address!("7000000000000000000000000000000000000002");
const MINER: Address = address!("c000000000000000000000000000000000000000");

/// What the tests call.
const GO: [u8; 4] = hex!("00000001");
const ETHER: u128 = 1_000_000_000_000_000_000;

struct World {
    block: Block,
    state: MemoryState,
}

impl World {
    /// A block under the newest rules; Alice and Bob have an ether each.
    fn new() -> Self {
        let header = Header {
            number: 100,
            timestamp: 1_800_000_000,
            beneficiary: MINER,
            gas_limit: 30_000_000,
            base_fee: Some(7),
            excess_blob_gas: Some(0),
            ..Header::default()
        };
        let mut world = Self {
            block: Block::new(1, Schedule::always(SpecId::OSAKA), header, Vec::new()),
            state: MemoryState::default(),
        };
        for rich in [ALICE, BOB] {
            world.state.insert_account(
                rich,
                Account {
                    balance: U256::from(ETHER),
                    ..Account::default()
                },
            );
        }
        world
    }

    fn with(mut self, address: Address, code: Bytes) -> Self {
        let code_hash = self.state.insert_code(Bytecode::new_legacy(code));
        let account = Account {
            nonce: 1,
            code_hash,
            balance: U256::from(1_000),
        };
        self.state.insert_account(address, account);
        self
    }

    /// A puppet says `value` when it is asked `question`.
    fn saying(mut self, address: Address, question: &[u8], value: u64) -> Self {
        self.state
            .insert_storage(address, answer(question), U256::from(value));
        self
    }

    fn report(&self, bundle: Value) -> Value {
        serde_json::to_value(self.try_report(bundle).unwrap()).unwrap()
    }

    fn try_report(&self, bundle: Value) -> Result<Report, ReportError> {
        let bundle: Bundle = serde_json::from_value(bundle).unwrap();
        let overrides = Overrides::default();
        let limits = CallLimits::default();
        let simulation = Simulation::new(&self.block, &self.state, &overrides, limits)?;
        simulation.report(&bundle, &ReportOptions::default())
    }

    /// What one call of [`GO`] at [`TOKEN`] by Alice does.
    fn go(&self) -> Value {
        self.report(json!({ "calls": [{ "from": ALICE, "to": TOKEN, "data": Bytes::from(GO) }] }))
    }
}

/// A call's data: selector of `signature`, then words.
fn data(signature: &str, words: &[B256]) -> Vec<u8> {
    let selector = keccak256(signature);
    [&selector[..4], &words.concat()].concat()
}

fn topic(signature: &str) -> B256 {
    keccak256(signature)
}

fn number(number: u64) -> B256 {
    U256::from(number).into()
}

fn balance_of(owner: Address) -> Vec<u8> {
    data("balanceOf(address)", &[owner.into_word()])
}

fn owner_of(id: u64) -> Vec<u8> {
    data("ownerOf(uint256)", &[number(id)])
}

fn balance_of_id(owner: Address, id: u64) -> Vec<u8> {
    data(
        "balanceOf(address,uint256)",
        &[owner.into_word(), number(id)],
    )
}

fn allowance(owner: Address, spender: Address) -> Vec<u8> {
    let words = [owner.into_word(), spender.into_word()];
    data("allowance(address,address)", &words)
}

const TRANSFER: &str = "Transfer(address,address,uint256)";

/// The balances of a puppet's own state after the call.
fn say<'a>(act: Act<'a>, question: &[u8], value: u64) -> Act<'a> {
    act.store(answer(question), U256::from(value))
}

fn transfer<'a>(act: Act<'a>, from: Address, to: Address, amount: u64) -> Act<'a> {
    let topics = [topic(TRANSFER), from.into_word(), to.into_word()];
    act.log(&topics, number(amount).as_slice())
}

/// Changes in few words: account, asset, before, after, change, and a word where the token does not agree.
fn changes(report: &Value) -> Vec<String> {
    let list = report["assetChanges"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    list.iter()
        .map(|change| {
            let asset = &change["asset"];
            let id = match &asset["tokenId"] {
                Value::String(id) => format!("#{id}"),
                _ => String::new(),
            };
            let flag = if change["agrees"] == true {
                String::new()
            } else {
                format!(" claims {}", text(&change["claimed"]))
            };
            format!(
                "{} {}{id} {} {} {}{flag}",
                name(&change["account"]),
                text(&asset["type"]),
                text(&change["before"]),
                text(&change["after"]),
                text(&change["change"]),
            )
        })
        .collect()
}

/// Approvals in few words.
fn approvals(report: &Value) -> Vec<String> {
    let list = report["approvalChanges"].as_array().unwrap();
    list.iter()
        .map(|change| {
            let flag = if change["agrees"] == true {
                String::new()
            } else {
                format!(" claims {}", change["claimed"])
            };
            let who = ["owner", "spender", "operator"]
                .map(|role| name(&change[role]))
                .concat();
            format!(
                "{} {who} {} {}{flag}",
                change["type"].as_str().unwrap(),
                change["before"],
                change["after"],
            )
            .replace('"', "")
        })
        .collect()
}

fn name(address: &Value) -> String {
    let names = [
        (ALICE, "Alice"),
        (BOB, "Bob"),
        (CAROL, "Carol"),
        (TOKEN, "Token"),
        (OTHER, "Other"),
        (MINER, "Miner"),
    ];
    let named = names.iter().find(|(known, _)| json!(known) == *address);
    named.map_or_else(
        || address.as_str().unwrap_or_default().to_owned(),
        |(_, name)| (*name).to_owned(),
    )
}

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
    let code = Puppet::default()
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
    let code = Puppet::default()
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
    let silent = Puppet::default()
        .on(GO, |act| say(act, &balance_of(ALICE), 3))
        .code();
    let world = World::new()
        .with(TOKEN, silent)
        .saying(TOKEN, &balance_of(ALICE), 10);
    assert_eq!(
        changes(&world.go()),
        ["Alice erc20 0xa 0x3 -0x7 claims 0x0"]
    );

    let liar = Puppet::default()
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
    let mute = Puppet::default().always(|act| transfer(act, BOB, ALICE, 9));
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
    let code = Puppet::default()
        .on(GO, |act| {
            let made = [topic(TRANSFER), B256::ZERO, ALICE.into_word(), number(7)];
            let sent = [
                topic(TRANSFER),
                ALICE.into_word(),
                BOB.into_word(),
                number(8),
            ];
            let act = act.log(&made, &[]).log(&sent, &[]);
            let act = act.store(answer(&owner_of(7)), ALICE.into_word().into());
            act.store(answer(&owner_of(8)), BOB.into_word().into())
        })
        .code();
    let mut world = World::new().with(TOKEN, code);
    world
        .state
        .insert_storage(TOKEN, answer(&owner_of(8)), ALICE.into_word().into());
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
    let code = Puppet::default()
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

#[test]
fn ether_is_wrapped() {
    let deposit = |is_token: bool| {
        Puppet::default()
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
fn approvals_are_told_with_what_they_were() {
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
    let code = Puppet::default()
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
            let act = act.store(answer(&approved), word(BOB).into());
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
            act.store(answer(&through) + U256::ONE, U256::from(1_800_000_000))
        })
        .code();
    let world = World::new()
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

#[test]
fn an_approval_that_the_contract_does_not_keep_is_flagged() {
    let code = Puppet::default()
        .on(GO, |act| {
            let topics = [
                topic("Approval(address,address,uint256)"),
                ALICE.into_word(),
                BOB.into_word(),
            ];
            act.log(&topics, number(0).as_slice())
        })
        .code();
    let world = World::new()
        .with(TOKEN, code)
        .saying(TOKEN, &allowance(ALICE, BOB), 8);
    assert_eq!(
        approvals(&world.go()),
        ["erc20 AliceBob 0x8 0x8 claims 0x0"]
    );
}

#[test]
fn an_allowance_that_is_spent_without_event_is_told() {
    let transfer_from = data(
        "transferFrom(address,address,uint256)",
        &[BOB.into_word(), CAROL.into_word(), number(5)],
    );
    let token = Puppet::default()
        .on(hex!("23b872dd"), |act| {
            let act = transfer(act, BOB, CAROL, 5);
            let act = say(say(act, &balance_of(BOB), 15), &balance_of(CAROL), 5);
            say(act, &allowance(BOB, OTHER), 95)
        })
        .code();
    let spender = Puppet::default().always(|act| act.call_or_fail(TOKEN, &transfer_from));
    let world = World::new()
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

#[test]
fn the_innermost_failure_is_named_and_decoded() {
    let error = data("Broke(uint256,address)", &[number(5), BOB.into_word()]);
    let inner = Puppet::default().on(GO, |act| act.revert(&error)).code();
    let outer = Puppet::default().always(|act| act.call_or_fail(TOKEN, &GO));
    let world = World::new().with(TOKEN, inner).with(OTHER, outer);
    let mut bundle = json!({ "calls": [{ "from": ALICE, "to": OTHER }] });
    let report = world.report(bundle.clone());
    assert_eq!(report["status"], "failure");
    assert_eq!(report["failedCall"], 0);
    let failure = &report["calls"][0]["failure"];
    assert_eq!(failure["kind"], "reverted");
    assert_eq!(failure["message"], "execution reverted");
    assert_eq!(failure["error"], Value::Null);
    assert_eq!(failure["data"], json!(Bytes::from(error.clone())));

    bundle["abi"] = json!([
        { "type": "function", "name": "go", "inputs": [], "outputs": [], "stateMutability": "view" },
        { "type": "error", "name": "Broke", "inputs": [
            { "name": "missing", "type": "uint256" }, { "name": "who", "type": "address" },
        ] },
    ]);
    let report = world.report(bundle);
    let failure = &report["calls"][0]["failure"];
    let bob = BOB.to_string().to_lowercase();
    let decoded = json!({
        "name": "Broke",
        "signature": "Broke(uint256,address)",
        "args": [
            { "name": "missing", "type": "uint256", "value": "0x5" },
            { "name": "who", "type": "address", "value": bob },
        ],
    });
    assert_eq!(failure["error"], decoded);
    assert_eq!(
        failure["message"],
        format!("execution reverted: Broke(0x5, {bob})")
    );
    assert_eq!(
        failure["innermost"],
        json!({
            "address": TOKEN,
            "depth": 1,
            "selector": Bytes::from(GO),
            "reason": format!("execution reverted: Broke(0x5, {bob})"),
            "data": Bytes::from(error),
            "error": decoded,
        })
    );
}

#[test]
fn reasons_panics_and_errors_of_tokens_need_no_abi() {
    let failing = |error: &[u8]| {
        let code = Puppet::default().on(GO, |act| act.revert(error)).code();
        World::new().with(TOKEN, code).go()["calls"][0]["failure"].clone()
    };
    let panic = failing(&data("Panic(uint256)", &[number(0x11)]));
    assert_eq!(
        panic["message"],
        "execution reverted: arithmetic underflow or overflow"
    );
    assert_eq!(panic["error"]["args"][0]["value"], "0x11");
    let mut text = [number(32), number(4)].concat();
    text.extend(b"no!!");
    text.resize(96, 0);
    let text = [&hex!("08c379a0"), text.as_slice()].concat();
    let revert = failing(&text);
    assert_eq!(revert["message"], "execution reverted: no!!");
    assert_eq!(revert["error"]["signature"], "Error(string)");
    let poor = data(
        "ERC20InsufficientBalance(address,uint256,uint256)",
        &[ALICE.into_word(), number(1), number(2)],
    );
    assert_eq!(failing(&poor)["error"]["args"][2]["name"], "needed");

    let halted = World::new()
        .with(TOKEN, Puppet::default().always(|act| act.raw(&[0xfe])))
        .go();
    let failure = &halted["calls"][0]["failure"];
    assert_eq!(failure["kind"], "halted");
    assert_eq!(failure["innermost"]["reason"], "invalid opcode: INVALID");
}

#[test]
fn an_atomic_bundle_happens_whole_or_not_at_all() {
    let failing = Puppet::default().always(|act| act.revert(&[]));
    let world = World::new().with(TOKEN, failing);
    let calls = json!([
        { "to": CAROL, "value": "0x5" },
        { "to": TOKEN },
        { "to": BOB, "value": "0x1" },
    ]);
    let statuses = |report: &Value| {
        let calls = report["calls"].as_array().unwrap().iter();
        calls
            .map(|call| call["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let report = world.report(json!({ "from": ALICE, "calls": calls, "atomic": true }));
    assert_eq!(report["status"], "failure");
    assert_eq!(report["failedCall"], 1);
    assert_eq!(statuses(&report), ["undone", "failure", "notRun"]);
    assert_eq!(report["assetChanges"], json!([]));
    assert_eq!(report["stateDiff"], json!([]));
    assert_eq!(changes(&report["calls"][0]).len(), 2);

    let report = world.report(json!({ "from": ALICE, "calls": calls }));
    assert_eq!(report["status"], "partial");
    assert_eq!(report["failedCall"], 1);
    assert_eq!(statuses(&report), ["success", "failure", "success"]);
    assert_eq!(
        changes(&report),
        [
            "Alice native 0xde0b6b3a7640000 0xde0b6b3a763fffa -0x6",
            "Bob native 0xde0b6b3a7640000 0xde0b6b3a7640001 0x1",
            "Carol native 0x0 0x5 0x5",
        ]
    );
    // 21,000 twice, and 21,006 of the one that reverts: two pushes.
    assert_eq!(report["gasUsed"], format!("{:#x}", 2 * 21_000 + 21_006));
    assert_eq!(report["stateDiff"][0]["nonce"]["after"], "0x3");

    let report = world.report(json!({ "from": ALICE, "calls": [{ "to": TOKEN }] }));
    assert_eq!(report["status"], "failure");
}

#[test]
fn a_call_sees_what_the_one_before_it_did() {
    let counter = Puppet::default()
        .on(GO, |act| {
            let act = transfer(act, BOB, ALICE, 5);
            act.add_word(4, answer(&balance_of(ALICE)))
        })
        .code();
    let world = World::new().with(TOKEN, counter);
    let add = |amount: u64| {
        let data = [&GO[..], number(amount).as_slice()].concat();
        json!({ "to": TOKEN, "data": Bytes::from(data) })
    };
    let report = world.report(json!({ "from": ALICE, "calls": [add(5), add(5)] }));
    let of_alice = |report: &Value| changes(report)[0].clone();
    assert_eq!(of_alice(&report["calls"][0]), "Alice erc20 0x0 0x5 0x5");
    assert_eq!(of_alice(&report["calls"][1]), "Alice erc20 0x5 0xa 0x5");
    assert_eq!(of_alice(&report), "Alice erc20 0x0 0xa 0xa");
}

#[test]
fn the_parameters_of_a_wallet_are_taken() {
    let report = World::new().report(json!({
        "version": "2.0.0",
        "id": "0x33",
        "from": ALICE,
        "chainId": "0x1",
        "atomicRequired": true,
        "calls": [{ "to": CAROL, "value": "0x5", "capabilities": {} }],
        "capabilities": { "paymasterService": { "url": "https://example.org", "optional": true } },
    }));
    assert_eq!(report["status"], "success");
    assert_eq!(changes(&report).len(), 2);
}

#[test]
fn a_delegation_is_tried_before_it_is_signed() {
    let code = Puppet::default()
        .on(GO, |act| act.call(CAROL, 5, &[]))
        .code();
    let world = World::new().with(TOKEN, code);
    // Bob pays for Alice's delegation, then Alice signs and sends one herself.
    for (sender, nonce) in [(BOB, "0x1"), (ALICE, "0x2")] {
        let report = world.report(json!({ "calls": [{
            "from": sender, "to": ALICE, "data": Bytes::from(GO),
            "authorizationList": [{ "address": TOKEN, "authority": ALICE }],
        }] }));
        assert_eq!(
            changes(&report),
            [
                "Alice native 0xde0b6b3a7640000 0xde0b6b3a763fffb -0x5",
                "Carol native 0x0 0x5 0x5",
            ]
        );
        let alice = &report["stateDiff"][0];
        let delegated = [&hex!("ef0100"), TOKEN.as_slice()].concat();
        assert_eq!(
            alice["code"],
            json!({ "before": "0x", "after": Bytes::from(delegated) })
        );
        assert_eq!(alice["nonce"]["after"], nonce);
    }
    // One with another nonce has no effect.
    let report = world.report(json!({ "calls": [{
        "from": BOB, "to": ALICE, "data": Bytes::from(GO),
        "authorizationList": [{ "address": TOKEN, "authority": ALICE, "nonce": "0x7" }],
    }] }));
    assert_eq!(changes(&report), [] as [&str; 0]);
    let error = world.try_report(json!({ "calls": [{
        "to": ALICE, "authorizationList": [{ "address": TOKEN }],
    }] }));
    let error = error.unwrap_err();
    assert_eq!(error.code(), -32_602);
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.starts_with("authorizationList[0]: "), "{cause}");
}

#[test]
fn a_blob_transaction_is_tried_without_blobs() {
    // Returns the hash of its second blob.
    let code = Puppet::default().always(|act| {
        act.raw(&hex!("600149")) // PUSH1 1, BLOBHASH
            .raw(&hex!("60005260206000f3"))
    });
    let world = World::new().with(TOKEN, code);
    let hash = "0x0100000000000000000000000000000000000000000000000000000000000002";
    let given = world.report(json!({ "calls": [{
        "from": ALICE, "to": TOKEN, "blobVersionedHashes": [hash.replace("02", "01"), hash],
    }] }));
    assert_eq!(given["calls"][0]["returnData"], hash);
    let counted = world.report(json!({ "calls": [{
        "from": ALICE, "to": TOKEN, "blobCount": "0x2",
    }] }));
    assert_eq!(counted["calls"][0]["returnData"], hash);
    let paid = world.report(json!({ "calls": [{
        "from": ALICE, "to": CAROL, "blobCount": "0x2", "maxFeePerBlobGas": "0x1",
    }] }));
    // 2 * 131,072 blob gas at 1 wei.
    assert_eq!(
        paid["calls"][0]["fees"],
        json!([{ "account": ALICE, "change": "-0x40000" }])
    );
    let many =
        world.report(json!({ "calls": [{ "from": ALICE, "to": TOKEN, "blobCount": "0x7" }] }));
    assert_eq!(many["calls"][0]["failure"]["kind"], "invalid");
}

#[test]
fn a_destroyed_contract_loses_what_it_has() {
    let code = Puppet::default().always(|act| act.destroy(CAROL));
    let mut world = World::new().with(TOKEN, code);
    let destroyed = [
        "Token native 0x3e8 0x0 -0x3e8",
        "Carol native 0x0 0x3e8 0x3e8",
    ];
    assert_eq!(changes(&world.go()), destroyed);
    world.block.schedule = Schedule::always(SpecId::SHANGHAI);
    let report = world.go();
    assert_eq!(changes(&report), destroyed);
    let token = &report["stateDiff"][0];
    assert_eq!(token["code"]["after"], "0x");
    assert_eq!(token["storageCleared"], true);
}

#[test]
fn an_event_of_lent_code_is_the_borrowers() {
    let lender = Puppet::default()
        .on(GO, |act| {
            say(transfer(act, BOB, ALICE, 4), &balance_of(ALICE), 4)
        })
        .code();
    let borrower = Puppet::default()
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
    let failing = Puppet::default()
        .always(|act| transfer(act, BOB, ALICE, 4).call(CAROL, 1, &[]).revert(&[]));
    let outer = Puppet::default()
        .on(GO, |act| act.call(OTHER, 0, &[]))
        .code();
    let world = World::new().with(OTHER, failing).with(TOKEN, outer);
    let report = world.go();
    assert_eq!(report["status"], "success");
    assert_eq!(changes(&report), [] as [&str; 0]);
    assert_eq!(report["calls"][0]["logs"], json!([]));
    assert_eq!(report["calls"][0]["failure"], Value::Null);
}

#[test]
fn created_contracts_are_told() {
    // RETURN of two bytes of code.
    let init = hex!("60026000f3");
    let code = Puppet::default()
        .on(GO, |act| act.create(&init, None).create(&init, Some(9)))
        .code();
    let report = World::new().with(TOKEN, code).go();
    let salt = number(9);
    assert_eq!(
        report["calls"][0]["contractsCreated"],
        json!([
            { "address": TOKEN.create(1), "creator": TOKEN, "by": "CREATE", "codeSize": 2 },
            {
                "address": TOKEN.create2_from_code(salt, init),
                "creator": TOKEN, "by": "CREATE2", "codeSize": 2,
            },
        ])
    );
    let report =
        World::new().report(json!({ "calls": [{ "from": ALICE, "data": Bytes::from(init) }] }));
    let created = &report["calls"][0]["contractsCreated"][0];
    assert_eq!(created["address"], json!(ALICE.create(0)));
    assert_eq!(created["creator"], json!(ALICE));
}

#[test]
fn touched_slots_and_the_access_list_are_told() {
    let code = Puppet::default()
        .on(GO, |act| {
            let act = act.store(U256::from(1), U256::from(9));
            act.raw(&hex!("60025450")).call(BOB, 0, &[]) // SLOAD of slot 2
        })
        .code();
    let report = World::new().with(TOKEN, code).go();
    let call = &report["calls"][0];
    assert_eq!(
        call["storageTouched"],
        json!([{ "address": TOKEN, "reads": [number(2)], "writes": [number(1)] }])
    );
    assert_eq!(
        call["accessList"],
        json!([
            { "address": TOKEN, "storageKeys": [number(1), number(2)] },
            { "address": BOB, "storageKeys": [] },
        ])
    );
    assert_eq!(
        call["stateDiff"][0]["storage"],
        json!([{ "slot": number(1), "before": B256::ZERO, "after": number(9) }])
    );
}

#[test]
fn a_sender_who_cannot_pay_fails_alone() {
    let report = World::new().report(json!({ "calls": [
        { "from": CAROL, "to": BOB, "value": "0x5" },
        { "from": ALICE, "to": BOB, "value": "0x5" },
    ] }));
    assert_eq!(report["status"], "partial");
    let failure = &report["calls"][0]["failure"];
    assert_eq!(failure["kind"], "invalid");
    assert_eq!(failure["message"], "lack of funds (0) for max fee (5)");
    assert_eq!(report["calls"][0]["trace"], Value::Null);
    assert_eq!(changes(&report).len(), 2);
}

#[test]
fn malformed_bundles_name_the_field() {
    let world = World::new();
    let text = |bundle: Value| {
        serde_json::from_value::<Bundle>(bundle)
            .unwrap_err()
            .to_string()
    };
    assert!(text(json!({ "calls": [{ "form": ALICE }] })).contains("`form`"));
    assert!(text(json!({ "cals": [] })).contains("`cals`"));
    let error = |bundle| {
        let error = world.try_report(bundle).unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        assert_eq!(error.code(), -32_602);
        format!("{error}: {}", cause.unwrap_or_default())
    };
    assert_eq!(error(json!({ "calls": [] })), "calls: there is none: ");
    assert_eq!(
        error(json!({ "calls": [{}, { "gasPrice": "0x1", "maxFeePerGas": "0x1" }] })),
        "calls[1]: both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) are given"
    );
    assert_eq!(
        error(json!({ "chainId": "0x2", "calls": [{}] })),
        "calls[0]: chainId is 2, this chain has 1"
    );
    assert_eq!(
        error(json!({ "calls": [{ "blobCount": "0x1", "blobVersionedHashes": [] }] })),
        "calls[0]: both blobCount and blobVersionedHashes are given"
    );
}

/// A bundle is reported with the code and the name of what is wrong.
#[test]
fn a_bundle_is_simulated_and_its_faults_are_named() {
    let chain = Chain::from_genesis(&Genesis::default()).unwrap();
    let simulate = |bundle: Value| rpc::call(&chain, "parevm_simulate", &[bundle, json!("latest")]);
    let report = simulate(json!({ "calls": [{ "to": Address::ZERO, "value": "0x0" }] })).unwrap();
    assert_eq!(report["status"], "success");
    assert_eq!(report["calls"][0]["gasUsed"], "0x5208");
    for (bundle, code, message) in [
        (json!({}), -32_602, "calls: there is none"),
        (
            json!({ "calls": [{}, { "value": "0xzz" }] }),
            -32_602,
            "bundle.calls[1].value: ",
        ),
        (
            json!({ "calls": [{ "gasPrice": "0x1", "maxFeePerGas": "0x1" }] }),
            -32_602,
            "calls[0]: both gasPrice and ",
        ),
        (
            json!({ "calls": [], "abi": [{ "type": "error" }] }),
            -32_602,
            "bundle.abi[0]: missing field `name`",
        ),
    ] {
        let error = simulate(bundle).unwrap_err();
        assert_eq!(error.code.number(), code);
        assert!(error.message.starts_with(message), "{}", error.message);
    }
}
