//! Errors in struct logs.
//!
//! Expected values are those of go-ethereum's `core/vm`: `interpreter.go`, `jump_table.go`, `gas_table.go`,
//! `operations_acl.go`.

use super::{
    scenario::{CALLEE, Scenario},
    struct_log::{last, last_at, last_within_static_call, shown},
};
use alloy_primitives::Bytes;
use parevm::vm::SpecId;
use serde_json::json;

/// https://github.com/ethereum/go-ethereum/issues/3381
#[test]
fn a_stack_underflow_names_the_height_and_the_required_items() {
    for (code, expected) in [
        ("POP", json!(["POP", 2, "stack underflow (0 <=> 1)"])),
        ("1 ADD", json!(["ADD", 3, "stack underflow (1 <=> 2)"])),
        (
            "1 1 ADDMOD",
            json!(["ADDMOD", 8, "stack underflow (2 <=> 3)"]),
        ),
        (
            "PUSH0 CREATE2",
            json!(["CREATE2", 32_000, "stack underflow (1 <=> 4)"]),
        ),
        (
            "PUSH0 STATICCALL",
            json!(["STATICCALL", 100, "stack underflow (1 <=> 6)"]),
        ),
        (
            "PUSH0 CALL",
            json!(["CALL", 100, "stack underflow (1 <=> 7)"]),
        ),
        (
            "PUSH0 LOG4",
            json!(["LOG4", 0, "stack underflow (1 <=> 6)"]),
        ),
        (
            "PUSH0 DUP16",
            json!(["DUP16", 3, "stack underflow (1 <=> 16)"]),
        ),
        (
            "PUSH0 SWAP1",
            json!(["SWAP1", 3, "stack underflow (1 <=> 2)"]),
        ),
        (
            "PUSH0 SWAP16",
            json!(["SWAP16", 3, "stack underflow (1 <=> 17)"]),
        ),
        ("SLOAD", json!(["SLOAD", 0, "stack underflow (0 <=> 1)"])),
        (
            "1 SSTORE",
            json!(["SSTORE", 0, "stack underflow (1 <=> 2)"]),
        ),
        ("1 EXP", json!(["EXP", 0, "stack underflow (1 <=> 2)"])),
        (
            "SELFDESTRUCT",
            json!(["SELFDESTRUCT", 5_000, "stack underflow (0 <=> 1)"]),
        ),
        (
            "1 RETURN",
            json!(["RETURN", 0, "stack underflow (1 <=> 2)"]),
        ),
        ("MCOPY", json!(["MCOPY", 3, "stack underflow (0 <=> 3)"])),
    ] {
        assert_eq!(last(code, 100_000), expected, "{code}");
    }
    // The stack is checked before the gas.
    assert_eq!(
        last("PUSH0 CALL", 2),
        json!(["CALL", 100, "stack underflow (1 <=> 7)"])
    );
}

/// https://github.com/ethereum/go-ethereum/issues/3381
#[test]
fn a_stack_overflow_names_the_height_and_the_limit() {
    for opcode in ["PUSH0", "DUP1", "CALLER", "0xff"] {
        let code = format!("{}{opcode}", "PUSH0 ".repeat(1_024));
        let name = if opcode == "0xff" { "PUSH1" } else { opcode };
        let cost = if matches!(opcode, "PUSH0" | "CALLER") {
            2
        } else {
            3
        };
        let expected = json!([name, cost, "stack limit reached 1024 (1023)"]);
        assert_eq!(last(&code, 100_000), expected);
    }
}

/// https://github.com/ethereum/go-ethereum/issues/3381
#[test]
fn an_instruction_that_fails_after_payment_shows_no_error() {
    for (code, expected) in [
        ("INVALID", json!(["INVALID", 0, null])),
        ("PUSH0 JUMP", json!(["JUMP", 8, null])),
        ("1 PUSH0 JUMPI", json!(["JUMPI", 10, null])),
        // Two words of memory, one copied.
        (
            "32 PUSH0 32 RETURNDATACOPY",
            json!(["RETURNDATACOPY", 12, null]),
        ),
        ("PUSH0 PUSH0 REVERT", json!(["REVERT", 0, null])),
    ] {
        assert_eq!(last(code, 100_000), expected, "{code}");
    }
    let undefined = |byte: u8| {
        let code = Bytes::from(vec![byte]);
        shown(
            &Scenario::new(SpecId::PRAGUE)
                .contract(CALLEE, code)
                .call(50_000),
        )
    };
    assert_eq!(undefined(0x0c), json!(["opcode 0xc not defined", 0, null]));
    assert_eq!(undefined(0xef), json!(["opcode 0xef not defined", 0, null]));
    // Names that geth has of opcodes that no fork has, or a later one.
    assert_eq!(undefined(0xf8), json!(["EXTCALL", 0, null]));
    assert_eq!(undefined(0xe6), json!(["DUPN", 0, null]));
    assert_eq!(undefined(0x1e), json!(["CLZ", 0, null]));
}

/// https://github.com/ethereum/go-ethereum/issues/3381
#[test]
fn an_opcode_of_a_later_fork_is_undefined_whatever_the_stack() {
    for (spec, code, name) in [
        (SpecId::FRONTIER, "DELEGATECALL", "DELEGATECALL"),
        (SpecId::SPURIOUS_DRAGON, "PUSH1 0 PUSH1 0 REVERT", "REVERT"),
        (SpecId::BYZANTIUM, "SHL", "SHL"),
        (SpecId::PETERSBURG, "CHAINID", "CHAINID"),
        (SpecId::BERLIN, "BASEFEE", "BASEFEE"),
        (SpecId::MERGE, "PUSH0", "PUSH0"),
        (SpecId::SHANGHAI, "TLOAD", "TLOAD"),
        (SpecId::PRAGUE, "CLZ", "CLZ"),
    ] {
        let code = code.replace("PUSH1 0", "0");
        let shown = last_at(spec, &code, 100_000);
        assert_eq!(shown, json!([name, 0, null]), "{spec:?} {code}");
    }
}

/// geth fails while it counts the gas, except for LOG and TSTORE, which fail as they run.
#[test]
fn a_write_in_a_static_call_fails_as_in_geth() {
    let protected = "out of gas: write protection";
    for (code, expected) in [
        ("1 PUSH0 SSTORE", json!(["SSTORE", 0, protected])),
        (
            "PUSH0 PUSH0 PUSH0 CREATE",
            json!(["CREATE", 32_000, protected]),
        ),
        (
            "PUSH0 PUSH0 PUSH0 PUSH0 CREATE2",
            json!(["CREATE2", 32_000, protected]),
        ),
        (
            "0xee SELFDESTRUCT",
            json!(["SELFDESTRUCT", 5_000, protected]),
        ),
        (
            "PUSH0 PUSH0 PUSH0 PUSH0 1 0xee GAS CALL",
            json!(["CALL", 100, protected]),
        ),
        ("PUSH0 PUSH0 LOG0", json!(["LOG0", 375, null])),
        ("1 PUSH0 TSTORE", json!(["TSTORE", 100, null])),
    ] {
        assert_eq!(last_within_static_call(code), expected, "{code}");
    }
}
