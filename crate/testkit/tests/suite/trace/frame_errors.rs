//! Errors of failed frames: those of geth's `core/vm/errors.go`.

use super::scenario::{CALLEE, Scenario, asm};
use alloy_primitives::{Address, Bytes, TxKind, U256, address};
use parevm::vm::SpecId;
use serde_json::{Value, json};

const OTHER: Address = address!("00000000000000000000000000000000000000dd");

fn calls(world: &Scenario) -> Value {
    world.trace(json!({ "tracer": "callTracer" }))
}

/// Error of a transaction that runs this code.
fn error(code: &str) -> Value {
    calls(&Scenario::calling(SpecId::PRAGUE, code, 121_000))["error"].clone()
}

/// Error of the call that this code makes.
fn inner_error(code: &str) -> Value {
    calls(&Scenario::calling(SpecId::PRAGUE, code, 10_000_000))["calls"][0]["error"].clone()
}

/// Error of a creation with this init code.
fn creation_error(init: &str, gas: u64) -> Value {
    calls(&Scenario::new(SpecId::PRAGUE).send(TxKind::Create, asm(init), gas))["error"].clone()
}

/// https://github.com/NethermindEth/nethermind/issues/11188
#[test]
fn a_halted_frame_has_the_error_of_geth() {
    for (code, expected) in [
        ("POP", "stack underflow (0 <=> 1)"),
        ("PUSH0 PUSH0 CALL", "stack underflow (2 <=> 7)"),
        ("PUSH0 JUMP", "invalid jump destination"),
        ("INVALID", "invalid opcode: INVALID"),
        ("CLZ", "invalid opcode: CLZ"),
        ("PUSH0 PUSH0 REVERT", "execution reverted"),
        ("32 PUSH0 PUSH0 RETURNDATACOPY", "return data out of bounds"),
        ("JUMPDEST PUSH0 JUMP", "out of gas"),
        ("0xffffffff MLOAD", "out of gas"),
        ("0xffffffffffff MLOAD", "out of gas: gas uint64 overflow"),
        ("0xffffffffffffffffff MLOAD", "gas uint64 overflow"),
    ] {
        assert_eq!(error(code), expected, "{code}");
    }
    assert_eq!(
        error(&"PUSH0 ".repeat(1_025)),
        "stack limit reached 1024 (1023)"
    );
    let undefined = Scenario::new(SpecId::PRAGUE)
        .contract(CALLEE, Bytes::from_static(&[0x0c]))
        .call(50_000);
    assert_eq!(
        calls(&undefined)["error"],
        "invalid opcode: opcode 0xc not defined"
    );
    let sentry = Scenario::calling(SpecId::PRAGUE, "1 PUSH0 SSTORE", 22_000);
    assert_eq!(
        calls(&sentry)["error"],
        "out of gas: not enough gas for reentrancy sentry"
    );
}

#[test]
fn a_frame_that_does_not_start_has_an_error() {
    // More than it has.
    assert_eq!(
        inner_error("PUSH0 PUSH0 PUSH0 PUSH0 0xffff 0xee GAS CALL"),
        "insufficient balance for transfer"
    );
    assert_eq!(
        inner_error("PUSH0 PUSH0 0xffff CREATE"),
        "insufficient balance for transfer"
    );
    // Calls itself with all but 1,000 gas, as often as it may.
    let deep = "0 0 0 0 0 ADDRESS 0x03e8 GAS SUB CALL STOP";
    let world = Scenario::calling(SpecId::HOMESTEAD, deep, 5_000_000);
    let trace = world.traced(0, json!({ "tracer": "callTracer" }));
    let root = trace.try_into_call_frame().unwrap();
    let mut frame = &root;
    let mut depth = 0;
    while let Some(inner) = frame.calls.first() {
        frame = inner;
        depth += 1;
    }
    assert_eq!(depth, 1_025);
    assert_eq!(frame.error.as_deref(), Some("max call depth exceeded"));
}

#[test]
fn a_failed_creation_has_an_error() {
    // One byte 0xef.
    assert_eq!(
        creation_error("0xef PUSH0 MSTORE8 1 PUSH0 RETURN", 100_000),
        "invalid code: must not begin with 0xef"
    );
    // 24,577 bytes.
    assert_eq!(
        creation_error("0x6001 PUSH0 RETURN", 10_000_000),
        "max code size exceeded: code size 24577 limit 24576"
    );
    // The gas of the code deposit is checked first.
    assert_eq!(
        creation_error("0x6001 PUSH0 RETURN", 100_000),
        "contract creation code storage out of gas"
    );
    assert_eq!(
        creation_error("0xff PUSH0 RETURN", 60_000),
        "contract creation code storage out of gas"
    );
    // The address has code.
    let taken = CALLEE.create(1);
    let world = Scenario::calling(SpecId::PRAGUE, "PUSH0 PUSH0 PUSH0 CREATE", 200_000)
        .contract(taken, asm("STOP"));
    assert_eq!(
        calls(&world)["calls"][0]["error"],
        "contract address collision"
    );
    // The creator's nonce is at its end.
    let mut world = Scenario::calling(SpecId::PRAGUE, "PUSH0 PUSH0 PUSH0 CREATE", 200_000);
    let code = asm("PUSH0 PUSH0 PUSH0 CREATE");
    world = world.contract_with_nonce(CALLEE, code, u64::MAX);
    assert_eq!(calls(&world)["calls"][0]["error"], "nonce uint64 overflow");
}

#[test]
fn a_write_in_a_static_call_has_an_error() {
    let within = |code: &str| {
        let caller = "PUSH0 PUSH0 PUSH0 PUSH0 0xdd GAS STATICCALL STOP";
        let world = Scenario::calling(SpecId::PRAGUE, caller, 1_000_000).contract(OTHER, asm(code));
        calls(&world)["calls"][0]["error"].clone()
    };
    assert_eq!(within("1 PUSH0 SSTORE"), "out of gas: write protection");
    assert_eq!(within("PUSH0 PUSH0 LOG0"), "write protection");
    assert_eq!(within("1 PUSH0 TSTORE"), "write protection");
}

/// EIP-8024: the depth is in the immediate.
#[test]
fn an_invalid_immediate_is_in_the_error() {
    let error = |code: &[u8]| {
        let code = Bytes::copy_from_slice(code);
        let world = Scenario::new(SpecId::AMSTERDAM)
            .contract(CALLEE, code)
            .call(100_000);
        calls(&world)["error"].clone()
    };
    assert_eq!(error(&[0xe6]), "stack underflow (0 <=> 1)");
    assert_eq!(
        error(&[0x5f, 0xe6, 0x5b]),
        "invalid opcode: DUPN (operand: 0x5b)"
    );
    assert_eq!(error(&[0x5f, 0xe6, 0x80]), "stack underflow (1 <=> 17)");
    assert_eq!(
        error(&[0x5f, 0x5f, 0xe7, 0x80]),
        "stack underflow (2 <=> 18)"
    );
}

/// https://github.com/ethereum/go-ethereum/blob/master/eth/tracers/native/call_flat.go
#[test]
fn some_errors_are_converted_to_those_of_parity() {
    let flat = |code: &str, gas: u64| {
        let world = Scenario::calling(SpecId::PRAGUE, code, gas);
        let options = json!({
            "tracer": "flatCallTracer",
            "tracerConfig": { "convertParityErrors": true },
        });
        world.trace(options)[0].clone()
    };
    for (code, gas, expected) in [
        ("POP", 50_000, "Stack underflow"),
        ("PUSH0 JUMP", 50_000, "Bad jump destination"),
        ("INVALID", 50_000, "Bad instruction"),
        ("JUMPDEST PUSH0 JUMP", 50_000, "Out of gas"),
        ("1 PUSH0 SSTORE", 22_000, "Out of gas"),
        ("0xffffffffffffffffff MLOAD", 50_000, "Out of gas"),
        ("32 PUSH0 PUSH0 RETURNDATACOPY", 50_000, "Out of bounds"),
        ("PUSH0 PUSH0 REVERT", 50_000, "Reverted"),
    ] {
        let trace = flat(code, gas);
        assert_eq!(trace["error"], expected, "{code}");
        assert_eq!(trace["result"].is_null(), expected != "Reverted", "{code}");
    }
    let full = format!("{}PUSH0", "PUSH0 ".repeat(1_024));
    assert_eq!(flat(&full, 50_000)["error"], "Out of stack");
    let create = |init: &str, gas| {
        let world = Scenario::new(SpecId::PRAGUE).send(TxKind::Create, asm(init), gas);
        let options = json!({
            "tracer": "flatCallTracer",
            "tracerConfig": { "convertParityErrors": true },
        });
        world.trace(options)[0]["error"].clone()
    };
    assert_eq!(create("0xff PUSH0 RETURN", 60_000), "Out of gas");
    // geth does not convert these.
    assert_eq!(
        create("0x6001 PUSH0 RETURN", 10_000_000),
        "max code size exceeded: code size 24577 limit 24576"
    );
    assert_eq!(
        create("0xef PUSH0 MSTORE8 1 PUSH0 RETURN", 100_000),
        "invalid code: must not begin with 0xef"
    );
}

/// https://github.com/ethereum/go-ethereum/blob/master/core/vm/contracts.go
#[test]
fn a_failed_precompile_has_an_error() {
    // 0x08 with one byte, 0x09 with one byte.
    for (precompile, expected) in [
        ("8", "bad elliptic curve pairing size"),
        ("9", "invalid input length"),
    ] {
        let code = format!("PUSH0 PUSH0 1 PUSH0 PUSH0 {precompile} GAS CALL");
        assert_eq!(inner_error(&code), expected);
    }
    // ecrecover without the gas for it.
    assert_eq!(
        inner_error("PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 1 100 CALL"),
        "out of gas"
    );
}

#[test]
fn precompiles_are_listed_on_request() {
    let code = "PUSH0 PUSH0 PUSH0 PUSH0 4 GAS STATICCALL \
        PUSH0 PUSH0 PUSH0 PUSH0 4 GAS DELEGATECALL STOP";
    let world = Scenario::calling(SpecId::PRAGUE, code, 100_000);
    let kinds = |config: Value| {
        let traces = world.trace(json!({ "tracer": "flatCallTracer", "tracerConfig": config }));
        let traces = traces.as_array().unwrap().clone();
        traces
            .iter()
            .map(|trace| trace["action"]["callType"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(json!({})), ["call", "delegatecall"]);
    assert_eq!(
        kinds(json!({ "includePrecompiles": true })),
        ["call", "staticcall", "delegatecall"]
    );
}

/// Also without a balance, and to itself: revm's hook omits these.
#[test]
fn every_destroyed_contract_is_a_frame() {
    let destroyed = |heir: &str, balance: u64| {
        let world = Scenario::calling(SpecId::PRAGUE, &format!("{heir} SELFDESTRUCT"), 100_000);
        let world = world.balance(CALLEE, U256::from(balance));
        calls(&world)["calls"][0].clone()
    };
    for (heir, to, balance) in [
        ("0xee", "0x00000000000000000000000000000000000000ee", 7),
        ("0xee", "0x00000000000000000000000000000000000000ee", 0),
        ("ADDRESS", "0x00000000000000000000000000000000000000cc", 7),
    ] {
        let frame = destroyed(heir, balance);
        assert_eq!(frame["type"], "SELFDESTRUCT", "{heir} {balance}");
        assert_eq!(frame["from"], "0x00000000000000000000000000000000000000cc");
        assert_eq!(frame["to"], to);
        assert_eq!(frame["value"], format!("{balance:#x}"));
    }
}
