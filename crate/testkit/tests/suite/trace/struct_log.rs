//! Struct logs of one transaction in short form.

use super::scenario::{Scenario, asm};
use alloy_primitives::{Address, address};
use parevm::vm::SpecId;
use serde_json::{Value, json};

pub(super) const OTHER: Address = address!("00000000000000000000000000000000000000dd");

/// Intrinsic gas of a transaction.
pub(super) const INTRINSIC: u64 = 21_000;

pub(super) fn steps(world: &Scenario, options: Value) -> Vec<Value> {
    world.trace(options)["structLogs"]
        .as_array()
        .unwrap()
        .clone()
}

/// Returns opcode, gas cost and error of the last instruction at `spec`, with this gas.
pub(super) fn last_at(spec: SpecId, code: &str, gas: u64) -> Value {
    shown(&Scenario::calling(spec, code, INTRINSIC + gas))
}

pub(super) fn last(code: &str, gas: u64) -> Value {
    last_at(SpecId::PRAGUE, code, gas)
}

pub(super) fn shown(world: &Scenario) -> Value {
    let steps = steps(world, json!({}));
    let last = steps.last().unwrap();
    json!([last["op"], last["gasCost"], last["error"]])
}

/// Returns the last instruction of the callee of a STATICCALL.
pub(super) fn last_within_static_call(code: &str) -> Value {
    let caller = "PUSH0 PUSH0 PUSH0 PUSH0 0xdd GAS STATICCALL STOP";
    let world = Scenario::calling(SpecId::PRAGUE, caller, 1_000_000).contract(OTHER, asm(code));
    let steps = steps(&world, json!({}));
    let last = steps.iter().rfind(|step| step["depth"] == 2).unwrap();
    json!([last["op"], last["gasCost"], last["error"]])
}
