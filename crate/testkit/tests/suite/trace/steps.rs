//! Struct logs: what geth's interpreter says of each instruction, and above all of one that fails.
//!
//! Expected values are those of go-ethereum's core/vm (interpreter.go, jump_table.go, gas_table.go,
//! operations_acl.go).

use super::world::{CALLEE, World, asm};
use alloy_primitives::{Address, Bytes, address};
use parevm::vm::SpecId;
use serde_json::{Value, json};

const OTHER: Address = address!("00000000000000000000000000000000000000dd");

/// All that a transaction needs before its code runs.
const INTRINSIC: u64 = 21_000;

fn steps(world: &World, options: Value) -> Vec<Value> {
    world.trace(options)["structLogs"]
        .as_array()
        .unwrap()
        .clone()
}

/// Opcode, gas cost and error of the last instruction at `spec`, run with so much gas.
fn last_at(spec: SpecId, code: &str, gas: u64) -> Value {
    shown(&World::calling(spec, code, INTRINSIC + gas))
}

fn last(code: &str, gas: u64) -> Value {
    last_at(SpecId::PRAGUE, code, gas)
}

fn shown(world: &World) -> Value {
    let steps = steps(world, json!({}));
    let last = steps.last().unwrap();
    json!([last["op"], last["gasCost"], last["error"]])
}

/// The last instruction of the callee of a STATICCALL.
fn last_within_static_call(code: &str) -> Value {
    let caller = "PUSH0 PUSH0 PUSH0 PUSH0 0xdd GAS STATICCALL STOP";
    let world = World::calling(SpecId::PRAGUE, caller, 1_000_000).contract(OTHER, asm(code));
    let steps = steps(&world, json!({}));
    let last = steps.iter().rfind(|step| step["depth"] == 2).unwrap();
    json!([last["op"], last["gasCost"], last["error"]])
}

/// https://github.com/ethereum/go-ethereum/issues/3381
#[test]
fn a_stack_underflow_names_the_height_and_the_need_of_every_arity() {
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
    // The stack is looked at before the gas.
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

/// https://github.com/ethereum/go-ethereum/issues/25910
#[test]
fn an_instruction_that_cannot_be_paid_shows_what_geth_had_counted() {
    for (code, gas, expected) in [
        // The constant part.
        ("PUSH0 PUSH0 ADD", 5, json!(["ADD", 3, "out of gas"])),
        ("PUSH0 BALANCE", 50, json!(["BALANCE", 100, "out of gas"])),
        (
            "PUSH0 PUSH0 PUSH0 CREATE",
            100,
            json!(["CREATE", 32_000, "out of gas"]),
        ),
        // The dynamic part.
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
        // A size that is a number of 64 bits, but whose gas is none.
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

/// https://github.com/ethereum/go-ethereum/issues/3381
#[test]
fn an_instruction_that_is_paid_and_fails_as_it_runs_shows_no_error() {
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
            &World::new(SpecId::PRAGUE)
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

/// geth counts it as gas that cannot be counted, but for LOG and TSTORE, which find out as they run.
#[test]
fn a_change_within_a_static_call_fails_as_geth_says() {
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

/// Forks have gas of their own.
#[test]
fn what_an_instruction_costs_that_fails_is_that_of_the_fork() {
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
        // 40, a new account 25,000 and the gas that is asked for.
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
fn a_creation_costs_what_it_does_not_pass_on() {
    let world = World::calling(SpecId::PRAGUE, "PUSH0 PUSH0 PUSH0 CREATE STOP", 200_000);
    let steps = steps(&world, json!({}));
    let create = steps.iter().find(|step| step["op"] == "CREATE").unwrap();
    assert_eq!(create["gasCost"], 32_000);
    assert_eq!(steps.last().unwrap()["op"], "STOP");
}

/// The refund of geth's state: of the whole transaction, with that of the instruction itself, and without
/// that of calls that reverted.
#[test]
fn refunds_are_those_of_the_transaction() {
    // Sets a slot of its own and clears it again; then calls one that does so and reverts.
    let caller = "1 PUSH0 SSTORE PUSH0 PUSH0 SSTORE \
        PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 0xdd GAS CALL STOP";
    let callee = "1 PUSH0 SSTORE PUSH0 PUSH0 SSTORE PUSH0 PUSH0 REVERT";
    let world = World::calling(SpecId::PRAGUE, caller, 1_000_000).contract(OTHER, asm(callee));
    let steps = steps(&world, json!({}));
    let refunds: Vec<_> = steps
        .iter()
        .filter(|step| matches!(step["op"].as_str(), Some("SSTORE" | "REVERT" | "STOP")))
        .map(|step| step["refund"].as_u64().unwrap_or_default())
        .collect();
    assert_eq!(refunds, [0, 19_900, 19_900, 39_800, 39_800, 19_900]);
}

/// geth's state counts a refund before it knows whether the gas is there.
#[test]
fn a_refund_shows_although_the_gas_runs_out() {
    // The first transaction sets the slot, the second would clear it.
    let world = World::new(SpecId::PRAGUE)
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

/// https://github.com/ethereum/go-ethereum/blob/master/eth/tracers/logger/logger.go
#[test]
fn a_limit_counts_bytes_of_json() {
    let world = World::calling(SpecId::PRAGUE, "PUSH0 PUSH0 ADD POP STOP", 100_000);
    let count = |limit: u64| steps(&world, json!({ "limit": limit })).len();
    // {"pc":0,"op":"PUSH0","gas":79000,"gasCost":2,"depth":1,"stack":[]}: 66 bytes; the next one has 71.
    assert_eq!(count(0), 5);
    assert_eq!(count(1), 1);
    assert_eq!(count(65), 1);
    assert_eq!(count(66), 2);
    assert_eq!(count(136), 2);
    assert_eq!(count(137), 3);
    assert_eq!(count(100_000), 5);
}

#[test]
fn each_option_shows_or_hides_what_it_names() {
    let code = "1 PUSH0 SSTORE 5 PUSH0 MSTORE PUSH0 SLOAD \
        32 PUSH0 32 PUSH0 4 GAS STATICCALL STOP";
    let world = World::calling(SpecId::PRAGUE, code, 100_000);
    let shown = |options: Value| {
        let steps = steps(&world, options);
        let has = |field: &str| steps.iter().any(|step| step.get(field).is_some());
        ["stack", "storage", "memory", "returnData"].map(has)
    };
    assert_eq!(shown(json!({})), [true, true, false, false]);
    assert_eq!(
        shown(json!({ "disableStack": true })),
        [false, true, false, false]
    );
    assert_eq!(
        shown(json!({ "disableStorage": true })),
        [true, false, false, false]
    );
    assert_eq!(
        shown(json!({ "enableMemory": true })),
        [true, true, true, false]
    );
    assert_eq!(
        shown(json!({ "enableReturnData": true })),
        [true, true, false, true]
    );

    let all = json!({ "enableMemory": true, "enableReturnData": true });
    let steps = steps(&world, all);
    let at = |op: &str| steps.iter().find(|step| step["op"] == op).unwrap().clone();
    let word = |value: u64| format!("{value:#066x}");
    assert_eq!(at("SSTORE")["storage"], json!({ word(0): word(1) }));
    assert_eq!(at("SLOAD")["storage"], json!({ word(0): word(1) }));
    assert_eq!(at("SLOAD")["memory"], json!([word(5)]));
    assert_eq!(at("MSTORE").get("memory"), None);
    assert_eq!(at("STOP")["returnData"], word(5));
    assert_eq!(at("STOP")["stack"], json!(["0x1", "0x1"]));
    assert_eq!(steps[0]["stack"], json!([]));
}

/// A slot that cannot be paid is looked at all the same, as geth's logger does.
#[test]
fn storage_shows_at_an_instruction_that_fails() {
    let world = World::calling(SpecId::PRAGUE, "PUSH0 SLOAD", INTRINSIC + 100);
    let steps = steps(&world, json!({}));
    let zero = format!("{:#066x}", 0);
    assert_eq!(steps[1]["storage"], json!({ &zero: &zero }));
    assert_eq!(steps[1]["error"], "out of gas");
}
