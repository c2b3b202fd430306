//! Log indices in traces. geth's state numbers logs over the block and frees the index of a reverted log
//! (`core/state/statedb.go`, `journal.go`), and its tracers show these indices.

use super::scenario::{CALLEE, Scenario, asm};
use alloy_primitives::{Address, Bytes, address};
use parevm::vm::SpecId;
use serde_json::{Value, json};

const LOGGER: Address = address!("00000000000000000000000000000000000000d1");
const REVERTER: Address = address!("00000000000000000000000000000000000000d2");
const NEST: Address = address!("00000000000000000000000000000000000000d3");

/// Calls the contract whose address ends so.
fn call(last: &str) -> String {
    format!("PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 {last} GAS CALL POP ")
}

const LOG: &str = "PUSH0 PUSH0 LOG0 ";

/// Three transactions. Each logs, makes a call that logs and reverts, one that logs around a call that
/// reverts, one that logs, and logs again.
fn world() -> Scenario {
    let code = [LOG, &call("0xd2"), &call("0xd3"), &call("0xd1"), LOG].concat();
    let nest = [LOG, &call("0xd2"), LOG].concat();
    // Its call's log is reverted with its own.
    let reverter = [LOG, &call("0xd1"), "PUSH0 PUSH0 REVERT"].concat();
    Scenario::new(SpecId::PRAGUE)
        .contract(CALLEE, asm(&code))
        .contract(LOGGER, asm(LOG))
        .contract(REVERTER, asm(&reverter))
        .contract(NEST, asm(&nest))
        .call(500_000)
        .call(500_000)
        .call(500_000)
}

/// Numbers and positions of the logs of a frame.
fn logs(frame: &Value) -> Vec<(Value, Value)> {
    let logs = frame["logs"].as_array().cloned().unwrap_or_default();
    let shown = logs
        .iter()
        .map(|log| (log["index"].clone(), log["position"].clone()));
    shown.collect()
}

fn pairs(expected: &[(u64, u64)]) -> Vec<(Value, Value)> {
    let hex = |number: u64| json!(format!("{number:#x}"));
    let pair = |(index, position): &(u64, u64)| (hex(*index), hex(*position));
    expected.iter().map(pair).collect()
}

fn with_log() -> Value {
    json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } })
}

/// What each transaction shows: five logs stay of each.
fn assert_numbers(frame: &Value, first: u64) {
    assert_eq!(logs(frame), pairs(&[(first, 0), (first + 4, 3)]));
    assert_eq!(logs(&frame["calls"][0]), pairs(&[]));
    assert_eq!(logs(&frame["calls"][0]["calls"][0]), pairs(&[]));
    assert_eq!(
        logs(&frame["calls"][1]),
        pairs(&[(first + 1, 0), (first + 2, 1)])
    );
    assert_eq!(logs(&frame["calls"][1]["calls"][0]), pairs(&[]));
    assert_eq!(logs(&frame["calls"][2]), pairs(&[(first + 3, 0)]));
}

#[test]
fn logs_are_numbered_over_the_block_without_reverted_ones() {
    let world = world();
    for index in 0..3 {
        assert_numbers(&world.trace_at(index, with_log()), 5 * index as u64);
    }
    for (index, frame) in world.trace_all(with_log()).iter().enumerate() {
        assert_numbers(frame, 5 * index as u64);
    }
}

/// Omitted calls count; every log precedes the first call.
#[test]
fn the_top_call_alone_has_the_same_log_indices() {
    let options = json!({
        "tracer": "callTracer",
        "tracerConfig": { "withLog": true, "onlyTopCall": true },
    });
    let frame = world().trace_at(1, options);
    assert_eq!(frame.get("calls"), None);
    assert_eq!(logs(&frame), pairs(&[(5, 0), (9, 0)]));
}

#[test]
fn a_failed_transaction_has_no_logs() {
    let code = [LOG, &call("0xd1"), "PUSH0 PUSH0 REVERT"].concat();
    let world = Scenario::new(SpecId::PRAGUE)
        .contract(CALLEE, asm(&code))
        .contract(LOGGER, asm(LOG))
        .call(100_000);
    for only_top_call in [false, true] {
        let options = json!({
            "tracer": "callTracer",
            "tracerConfig": { "withLog": true, "onlyTopCall": only_top_call },
        });
        let frame = world.trace(options);
        assert_eq!(frame["error"], "execution reverted");
        assert_eq!(frame.get("logs"), None);
        let inner = frame["calls"].get(0).and_then(|call| call.get("logs"));
        assert_eq!(inner, None);
    }
}

#[test]
fn logs_are_recorded_on_request_only() {
    let frame = world().trace_at(0, json!({ "tracer": "callTracer" }));
    assert_eq!(frame.get("logs"), None);
    assert_eq!(frame["calls"][2].get("logs"), None);
}

#[test]
fn the_erc7562_tracer_has_log_indices() {
    let options = json!({ "tracer": "erc7562Tracer", "tracerConfig": { "withLog": true } });
    assert_numbers(&world().trace_at(2, options), 10);
}

#[test]
fn a_mux_has_log_indices() {
    let options = json!({
        "tracer": "muxTracer",
        "tracerConfig": { "callTracer": { "withLog": true }, "noopTracer": null },
    });
    assert_numbers(&world().trace_at(1, options)["callTracer"], 5);
}

/// A transaction without logs leaves the numbers as they are.
#[test]
fn a_reverted_transaction_frees_its_log_indices() {
    let code = [
        LOG,
        // Reverts where there is data.
        "CALLDATASIZE 8 JUMPI STOP JUMPDEST PUSH0 PUSH0 REVERT",
    ]
    .concat();
    let code = asm(&code);
    let world = Scenario::new(SpecId::PRAGUE)
        .contract(CALLEE, code)
        .call(100_000)
        .send(CALLEE.into(), Bytes::from_static(&[1]), 100_000)
        .call(100_000);
    let frames = world.trace_all(with_log());
    assert_eq!(logs(&frames[0]), pairs(&[(0, 0)]));
    assert_eq!(frames[1]["error"], "execution reverted");
    assert_eq!(logs(&frames[2]), pairs(&[(1, 0)]));
}
