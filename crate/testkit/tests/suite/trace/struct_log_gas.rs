//! Gas and refunds in struct logs, above all of instructions that fail.
//!
//! Expected values are those of go-ethereum's `core/vm`: `interpreter.go`, `jump_table.go`, `gas_table.go`,
//! `operations_acl.go`.

use super::{
    scenario::{CALLEE, Scenario, asm},
    struct_log::{INTRINSIC, OTHER, last, last_at, steps},
};
use alloy_primitives::Bytes;
use parevm::vm::SpecId;
use serde_json::json;

/// https://github.com/ethereum/go-ethereum/issues/25910
#[test]
fn an_instruction_without_enough_gas_shows_the_gas_that_geth_counted() {
    for (code, gas, expected) in [
        // Constant gas.
        ("PUSH0 PUSH0 ADD", 5, json!(["ADD", 3, "out of gas"])),
        ("PUSH0 BALANCE", 50, json!(["BALANCE", 100, "out of gas"])),
        (
            "PUSH0 PUSH0 PUSH0 CREATE",
            100,
            json!(["CREATE", 32_000, "out of gas"]),
        ),
        // Dynamic gas.
        ("PUSH0 SLOAD", 100, json!(["SLOAD", 2_100, "out of gas"])),
        (
            "0xdd BALANCE",
            1_000,
            json!(["BALANCE", 2_600, "out of gas"]),
        ),
        (
            "0xdd EXTCODESIZE",
            1_000,
            json!(["EXTCODESIZE", 2_600, "out of gas"]),
        ),
        (
            "0xdd EXTCODEHASH",
            1_000,
            json!(["EXTCODEHASH", 2_600, "out of gas"]),
        ),
        // 2,600, two words of memory 6, two words copied 6.
        (
            "64 PUSH0 PUSH0 0xdd EXTCODECOPY",
            1_000,
            json!(["EXTCODECOPY", 2_612, "out of gas"]),
        ),
        ("0xffff 2 EXP", 50, json!(["EXP", 110, "out of gas"])),
        // 375, and 8 for each byte, and one word of memory.
        ("32 PUSH0 LOG0", 300, json!(["LOG0", 634, "out of gas"])),
        (
            "PUSH0 PUSH0 32 PUSH0 LOG2",
            300,
            json!(["LOG2", 1_384, "out of gas"]),
        ),
        (
            "64 PUSH0 KECCAK256",
            40,
            json!(["KECCAK256", 48, "out of gas"]),
        ),
        (
            "32 PUSH0 PUSH0 CALLDATACOPY",
            12,
            json!(["CALLDATACOPY", 9, "out of gas"]),
        ),
        (
            "0x7fe0 MLOAD",
            100,
            json!(["MLOAD", 3 + 3 * 1_024 + 2_048, "out of gas"]),
        ),
        (
            "0x8000 PUSH0 RETURN",
            100,
            json!(["RETURN", 3 * 1_024 + 2_048, "out of gas"]),
        ),
        (
            "0x8000 PUSH0 REVERT",
            100,
            json!(["REVERT", 3 * 1_024 + 2_048, "out of gas"]),
        ),
        // 32,000, one word of memory 3 and one of init code 2.
        (
            "32 PUSH0 PUSH0 CREATE",
            32_011,
            json!(["CREATE", 32_005, "out of gas"]),
        ),
        (
            "PUSH0 32 PUSH0 PUSH0 CREATE2",
            32_014,
            json!(["CREATE2", 32_011, "out of gas"]),
        ),
        (
            "1 PUSH0 SSTORE",
            10_000,
            json!(["SSTORE", 22_100, "out of gas"]),
        ),
        // The heir is new and gets 7 wei.
        (
            "0xee SELFDESTRUCT",
            20_000,
            json!(["SELFDESTRUCT", 32_600, "out of gas"]),
        ),
        ("1 PUSH0 TSTORE", 50, json!(["TSTORE", 100, "out of gas"])),
    ] {
        assert_eq!(last(code, gas), expected, "{code}");
    }
}

/// https://github.com/ethereum/go-ethereum/issues/25910
#[test]
fn gas_that_cannot_be_counted_shows_the_constant_part() {
    let most = "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    let no_room = format!("{most} MLOAD");
    let large_copy = format!("{most} PUSH0 PUSH0 CALLDATACOPY");
    for (code, gas, expected) in [
        // The reentrancy sentry.
        (
            "1 PUSH0 SSTORE",
            1_000,
            json!([
                "SSTORE",
                0,
                "out of gas: not enough gas for reentrancy sentry"
            ]),
        ),
        (
            &no_room,
            100_000,
            json!(["MLOAD", 3, "gas uint64 overflow"]),
        ),
        (
            &large_copy,
            100_000,
            json!(["CALLDATACOPY", 3, "gas uint64 overflow"]),
        ),
        // A size that fits into 64 bits, and whose gas does not.
        (
            "0xffffffffffff MLOAD",
            100_000,
            json!(["MLOAD", 3, "out of gas: gas uint64 overflow"]),
        ),
        // EIP-3860: 49,153 bytes.
        (
            "0xc001 PUSH0 PUSH0 CREATE",
            100_000,
            json!([
                "CREATE",
                32_000,
                "out of gas: max initcode size exceeded: code size 49153 limit 49152"
            ]),
        ),
        // A call to a cold account, whose parts are charged one by one.
        (
            "PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 0xdd GAS CALL",
            500,
            json!(["CALL", 100, "out of gas: out of gas"]),
        ),
        (
            "PUSH0 PUSH0 PUSH0 PUSH0 0xdd GAS STATICCALL",
            500,
            json!(["STATICCALL", 100, "out of gas: out of gas"]),
        ),
        // Value to an account that is not there.
        (
            "PUSH0 PUSH0 PUSH0 PUSH0 1 0xee GAS CALL",
            20_000,
            json!(["CALL", 100, "out of gas: out of gas"]),
        ),
    ] {
        assert_eq!(last(code, gas), expected, "{code}");
    }
}

#[test]
fn a_failed_instruction_has_the_gas_of_its_fork() {
    for (spec, code, gas, expected) in [
        (
            SpecId::ISTANBUL,
            "0 SLOAD",
            100,
            json!(["SLOAD", 800, "out of gas"]),
        ),
        (
            SpecId::FRONTIER,
            "0 SLOAD",
            20,
            json!(["SLOAD", 50, "out of gas"]),
        ),
        (
            SpecId::FRONTIER,
            "0xffff 2 EXP",
            20,
            json!(["EXP", 30, "out of gas"]),
        ),
        (
            SpecId::HOMESTEAD,
            "1 0 SSTORE",
            100,
            json!(["SSTORE", 20_000, "out of gas"]),
        ),
        (
            SpecId::ISTANBUL,
            "1 0 SSTORE",
            1_000,
            json!([
                "SSTORE",
                0,
                "out of gas: not enough gas for reentrancy sentry"
            ]),
        ),
        (
            SpecId::ISTANBUL,
            "1 0 SSTORE",
            5_000,
            json!(["SSTORE", 20_000, "out of gas"]),
        ),
        (
            SpecId::TANGERINE,
            "0xee SELFDESTRUCT",
            9_000,
            json!(["SELFDESTRUCT", 30_000, "out of gas"]),
        ),
        // 40, a new account 25,000 and the requested gas.
        (
            SpecId::HOMESTEAD,
            "0 0 0 0 0 0xee 0x03e8 CALL",
            26_000,
            json!(["CALL", 26_040, "out of gas"]),
        ),
        (
            SpecId::MERGE,
            "32 0 0 CREATE",
            32_002 + 9,
            json!(["CREATE", 32_003, "out of gas"]),
        ),
    ] {
        assert_eq!(last_at(spec, code, gas), expected, "{spec:?} {code}");
    }
}

#[test]
fn a_creation_costs_the_gas_that_it_does_not_pass_on() {
    let world = Scenario::calling(SpecId::PRAGUE, "PUSH0 PUSH0 PUSH0 CREATE STOP", 200_000);
    let steps = steps(&world, json!({}));
    let create = steps.iter().find(|step| step["op"] == "CREATE").unwrap();
    assert_eq!(create["gasCost"], 32_000);
    assert_eq!(steps.last().unwrap()["op"], "STOP");
}

/// The refund counter of geth's state: of the whole transaction, with the current instruction, without reverted
/// calls.
#[test]
fn the_refund_is_that_of_the_whole_transaction() {
    // Sets a slot of its own and clears it again; then calls one that does so and reverts.
    let caller = "1 PUSH0 SSTORE PUSH0 PUSH0 SSTORE \
        PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 0xdd GAS CALL STOP";
    let callee = "1 PUSH0 SSTORE PUSH0 PUSH0 SSTORE PUSH0 PUSH0 REVERT";
    let world = Scenario::calling(SpecId::PRAGUE, caller, 1_000_000).contract(OTHER, asm(callee));
    let steps = steps(&world, json!({}));
    let refunds: Vec<_> = steps
        .iter()
        .filter(|step| matches!(step["op"].as_str(), Some("SSTORE" | "REVERT" | "STOP")))
        .map(|step| step["refund"].as_u64().unwrap_or_default())
        .collect();
    assert_eq!(refunds, [0, 19_900, 19_900, 39_800, 39_800, 19_900]);
}

/// geth's state adds a refund before it checks the gas.
#[test]
fn a_refund_is_shown_although_the_gas_runs_out() {
    // The first transaction sets the slot, the second would clear it.
    let world = Scenario::new(SpecId::PRAGUE)
        .contract(CALLEE, asm("CALLDATASIZE PUSH0 SSTORE"))
        .send(CALLEE.into(), Bytes::from_static(&[1]), 100_000)
        .call(INTRINSIC + 3_000);
    let steps = steps(&world, json!({}));
    let last = steps.last().unwrap();
    assert_eq!(last["op"], "SSTORE");
    assert_eq!(last["gasCost"], 5_000);
    assert_eq!(last["error"], "out of gas");
    assert_eq!(last["refund"], 4_800);
}
