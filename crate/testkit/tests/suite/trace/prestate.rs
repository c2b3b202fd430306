//! `prestateTracer` by option, as in geth's `eth/tracers/native/prestate.go`.

use super::scenario::{CALLEE, COINBASE, SENDER, Scenario, asm};
use alloy_eips::eip7702::{Authorization, RecoveredAuthority, RecoveredAuthorization};
use alloy_primitives::{Address, Bytes, TxKind, U256, address};
use parevm::vm::{SpecId, revm::context_interface::either::Either};
use serde_json::{Value, json};

const OTHER: Address = address!("00000000000000000000000000000000000000dd");
const NOBODY: Address = address!("00000000000000000000000000000000000000ee");

fn prestate(world: &Scenario, config: Value) -> Value {
    world.trace(json!({ "tracer": "prestateTracer", "tracerConfig": config }))
}

/// The accounts that are shown.
fn accounts(shown: &Value) -> Vec<Address> {
    let accounts = shown.as_object().unwrap().keys();
    let mut accounts: Vec<_> = accounts.map(|address| address.parse().unwrap()).collect();
    accounts.sort_unstable();
    accounts
}

fn of(shown: &Value, address: Address) -> Value {
    shown[format!("{address:#x}").to_lowercase()].clone()
}

fn word(value: u64) -> String {
    format!("{value:#066x}")
}

/// Looks at an account that is not there, at a precompile, and at one that is.
const LOOK: &str = "0xee BALANCE 4 EXTCODESIZE 0xdd EXTCODEHASH STOP";

#[test]
fn empty_accounts_are_listed_on_request() {
    let world = Scenario::calling(SpecId::PRAGUE, LOOK, 100_000).contract(OTHER, asm("STOP"));
    let without = prestate(&world, json!({}));
    assert_eq!(accounts(&without), [SENDER, CALLEE, OTHER]);
    let with = prestate(&world, json!({ "includeEmpty": true }));
    let precompile = Address::with_last_byte(4);
    assert_eq!(
        accounts(&with),
        [precompile, SENDER, CALLEE, OTHER, NOBODY, COINBASE]
    );
    assert_eq!(of(&with, NOBODY), json!({ "balance": "0x0" }));
}

#[test]
fn an_access_without_enough_gas_is_not_recorded() {
    // Memory for the answer takes all gas, after the account was loaded.
    let code = "0xffffff PUSH0 PUSH0 PUSH0 PUSH0 0xdd GAS CALL";
    let world = Scenario::calling(SpecId::PRAGUE, code, 50_000).contract(OTHER, asm("STOP"));
    let shown = prestate(&world, json!({}));
    assert_eq!(accounts(&shown), [SENDER, CALLEE]);
    // A slot that cannot be paid for.
    let world = Scenario::calling(SpecId::PRAGUE, "1 SLOAD", 21_100);
    let shown = prestate(&world, json!({}));
    assert_eq!(of(&shown, CALLEE).get("storage"), None);
}

#[test]
fn code_and_storage_can_be_omitted() {
    let world = Scenario::calling(SpecId::PRAGUE, "1 SLOAD STOP", 100_000);
    let shown = |config: Value| of(&prestate(&world, config), CALLEE);
    let all = shown(json!({}));
    assert_eq!(all["code"], "0x60015400");
    assert_eq!(all["storage"], json!({ word(1): word(0) }));
    let code_hash = all["codeHash"].clone();
    assert!(code_hash.is_string());
    assert_eq!(
        shown(json!({ "disableCode": true, "disableStorage": true })),
        json!({ "balance": "0x7", "nonce": 1, "codeHash": code_hash })
    );
}

#[test]
fn the_diff_has_the_changed_fields() {
    // Writes slot 1, reads slot 2, reads the balance of an account.
    let world = Scenario::calling(
        SpecId::PRAGUE,
        "9 1 SSTORE 2 SLOAD 0xdd BALANCE STOP",
        100_000,
    )
    .contract(OTHER, asm("STOP"));
    let shown = prestate(&world, json!({ "diffMode": true }));
    assert_eq!(accounts(&shown["pre"]), [SENDER, CALLEE]);
    assert_eq!(accounts(&shown["post"]), [SENDER, CALLEE]);
    assert_eq!(of(&shown["post"], SENDER), json!({ "nonce": 1 }));
    assert_eq!(
        of(&shown["post"], CALLEE),
        json!({ "storage": { word(1): word(9) } })
    );
    // It was zero.
    assert_eq!(of(&shown["pre"], CALLEE).get("storage"), None);
}

#[test]
fn a_created_contract_is_only_in_the_post_state() {
    let init = asm("1 1 SSTORE 0xfe PUSH0 MSTORE8 1 PUSH0 RETURN");
    let world = Scenario::new(SpecId::PRAGUE).send(TxKind::Create, init, 200_000);
    let created = SENDER.create(0);
    let shown = prestate(&world, json!({ "diffMode": true }));
    assert_eq!(accounts(&shown["pre"]), [SENDER]);
    let after = of(&shown["post"], created);
    assert_eq!(after["nonce"], 1);
    assert_eq!(after["code"], "0xfe");
    assert_eq!(after["storage"], json!({ word(1): word(1) }));
    assert_eq!(accounts(&prestate(&world, json!({}))), [SENDER]);
}

#[test]
fn a_destroyed_contract_is_only_in_the_pre_state() {
    let code = "1 SLOAD 0xdd SELFDESTRUCT";
    let world = Scenario::calling(SpecId::MERGE, code, 100_000).contract(OTHER, asm("STOP"));
    let shown = prestate(&world, json!({ "diffMode": true }));
    assert_eq!(accounts(&shown["post"]), [SENDER, OTHER]);
    assert_eq!(of(&shown["post"], OTHER), json!({ "balance": "0xe" }));
    assert_eq!(
        of(&shown["pre"], CALLEE)["storage"],
        json!({ word(1): word(0) })
    );
    // EIP-6780: it stays, without its ether.
    let world = Scenario::calling(SpecId::CANCUN, code, 100_000).contract(OTHER, asm("STOP"));
    let shown = prestate(&world, json!({ "diffMode": true }));
    assert_eq!(of(&shown["post"], CALLEE), json!({ "balance": "0x0" }));
}

#[test]
fn a_contract_created_and_destroyed_is_not_in_the_diff() {
    let init = asm("0xdd SELFDESTRUCT");
    let world = Scenario::new(SpecId::CANCUN)
        .contract(OTHER, asm("STOP"))
        .send(TxKind::Create, init, 200_000);
    let shown = prestate(&world, json!({ "diffMode": true }));
    assert_eq!(accounts(&shown["pre"]), [SENDER]);
    assert_eq!(accounts(&shown["post"]), [SENDER]);
}

#[test]
fn the_coinbase_is_always_listed() {
    let world = Scenario::calling(SpecId::PRAGUE, "STOP", 100_000).balance(COINBASE, U256::from(3));
    let shown = prestate(&world, json!({}));
    assert_eq!(of(&shown, COINBASE), json!({ "balance": "0x3" }));
}

/// geth looks up every signer, before it checks whether the authorization applies.
#[test]
fn authorities_of_skipped_authorizations_are_listed() {
    let of_another_chain = Authorization {
        chain_id: U256::from(99),
        address: OTHER,
        nonce: 0,
    };
    let signed = RecoveredAuthority::Valid(NOBODY);
    let signed = RecoveredAuthorization::new_unchecked(of_another_chain, signed);
    let world = Scenario::calling(SpecId::PRAGUE, "STOP", 100_000)
        .balance(NOBODY, U256::from(5))
        .with(|env| {
            env.tx_type = 4;
            env.chain_id = Some(1);
            env.gas_priority_fee = Some(0);
            env.authorization_list = vec![Either::Right(signed)];
        });
    let shown = prestate(&world, json!({}));
    assert_eq!(of(&shown, NOBODY), json!({ "balance": "0x5" }));
}

/// EIP-7702: whose code the callee ran before the transaction, and ran by an instruction.
#[test]
fn delegation_targets_are_listed() {
    let delegation = |to: Address| Bytes::from([&[0xef, 1, 0][..], to.as_slice()].concat());
    let world = Scenario::new(SpecId::PRAGUE)
        .contract(CALLEE, delegation(OTHER))
        .contract(
            OTHER,
            asm("PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 0xee GAS CALL STOP"),
        )
        .contract(NOBODY, delegation(COINBASE))
        .contract(COINBASE, asm("STOP"))
        .call(100_000);
    let shown = prestate(&world, json!({}));
    assert_eq!(accounts(&shown), [SENDER, CALLEE, OTHER, NOBODY, COINBASE]);
}
