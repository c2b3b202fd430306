//! Traces of calls, transactions and blocks.

use alloy_consensus::TxLegacy;
use alloy_primitives::{Address, Bytes, U256, address, hex};
use parevm::{
    Block, MemoryState,
    block::{ForkSchedule, Header, Transaction},
    interrupt::Interrupt,
    state::Account,
    vm::{Bytecode, Environment, SpecId},
};
use parevm_simulate::{
    CallLimits, Overrides, Simulation, TraceCallError,
    trace::{Trace, TraceError, TraceLimits, TraceOptions, trace_block, trace_transaction},
};
use serde_json::{Value, json};

const SENDER: Address = address!("00000000000000000000000000000000000000aa");
const COUNTER: Address = address!("00000000000000000000000000000000000000cc");

/// Adds one to slot 0: PUSH1 1, PUSH1 0, SLOAD, ADD, PUSH1 0, SSTORE.
const COUNT: [u8; 9] = hex!("600160005401600055");

/// Three calls of `code` in one block.
fn world(code: &[u8]) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    let code_hash = state.insert_code(Bytecode::new_legacy(Bytes::copy_from_slice(code)));
    let contract = Account {
        nonce: 1,
        code_hash,
        ..Account::default()
    };
    state.insert_account(COUNTER, contract);
    let calls = (0..3).map(|nonce| {
        let call = TxLegacy {
            nonce,
            gas_limit: 100_000,
            to: COUNTER.into(),
            input: hex!("aabbccdd00").into(),
            ..TxLegacy::default()
        };
        Transaction::new(&call.into(), SENDER)
    });
    let header = Header {
        number: 1,
        gas_limit: 30_000_000,
        ..Header::default()
    };
    let schedule = ForkSchedule::always(SpecId::BERLIN);
    (Block::new(1, schedule, header, calls.collect()), state)
}

fn options(options: Value) -> TraceOptions {
    serde_json::from_value(options).unwrap()
}

fn trace(code: &[u8], index: usize, asked: Value) -> Result<Value, TraceError> {
    trace_within(code, index, asked, &TraceLimits::default())
}

fn trace_within(
    code: &[u8],
    index: usize,
    asked: Value,
    limits: &TraceLimits<'_>,
) -> Result<Value, TraceError> {
    let (block, state) = world(code);
    let environment = Environment::new(&block);
    let options = options(asked);
    let trace = trace_transaction(&block, index, &environment, &state, &options, limits)?;
    Ok(in_json(&trace))
}

fn in_json(trace: &Trace) -> Value {
    serde_json::to_value(trace).unwrap()
}

/// The value that each transaction stores.
fn stored(trace: &Value) -> Value {
    trace["post"][COUNTER.to_string().to_lowercase()]["storage"].clone()
}

fn slot(value: u64) -> Value {
    let word = |number: u64| format!("{:#066x}", U256::from(number));
    json!({ word(0): word(value) })
}

const DIFF: &str = r#"{ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } }"#;

#[test]
fn a_transaction_is_traced_on_the_state_after_those_before_it() {
    let diff: Value = serde_json::from_str(DIFF).unwrap();
    for (index, expected) in [(0, 1), (1, 2), (2, 3)] {
        let trace = trace(&COUNT, index, diff.clone()).unwrap();
        assert_eq!(stored(&trace), slot(expected), "transaction {index}");
    }
    let error = trace(&COUNT, 3, diff).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the block has 3 transactions, none has the index 3"
    );
}

#[test]
fn a_block_has_a_trace_for_each_transaction() {
    let (block, state) = world(&COUNT);
    let environment = Environment::new(&block);
    let options = serde_json::from_str(DIFF).unwrap();
    let limits = TraceLimits::default();
    let traces = trace_block(&block, &environment, &state, &options, &limits).unwrap();
    let stored: Vec<_> = traces
        .iter()
        .map(|(_, trace)| stored(&in_json(trace)))
        .collect();
    assert_eq!(stored, [slot(1), slot(2), slot(3)]);
}

#[test]
fn every_tracer_has_a_result() {
    let asked = |tracer: &str| trace(&COUNT, 0, json!({ "tracer": tracer })).unwrap();
    assert_eq!(asked("4byteTracer"), json!({ "0xaabbccdd-1": 1 }));
    assert_eq!(asked("noopTracer"), json!({}));
    assert_eq!(asked("callTracer")["type"], "CALL");
    assert_eq!(asked("flatCallTracer")[0]["action"]["callType"], "call");
    assert_eq!(asked("erc7562Tracer")["usedOpcodes"]["0x55"], 1);
    let steps = trace(&COUNT, 0, json!({})).unwrap();
    let names: Vec<_> = steps["structLogs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["op"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["PUSH1", "PUSH1", "SLOAD", "ADD", "PUSH1", "SSTORE", "STOP"]
    );
}

/// geth takes tracers within a mux with no settings, or with an empty object.
#[test]
fn a_mux_accepts_tracers_without_config() {
    let mux = |configs: Value| json!({ "tracer": "muxTracer", "tracerConfig": configs });
    let bare = mux(json!({ "callTracer": null, "prestateTracer": null, "4byteTracer": {} }));
    let trace = trace(&COUNT, 0, bare).unwrap();
    assert_eq!(trace["callTracer"]["type"], "CALL");
    assert_eq!(trace["4byteTracer"], json!({ "0xaabbccdd-1": 1 }));
    assert!(trace["prestateTracer"].is_object());
}

#[test]
fn an_unknown_tracer_is_named() {
    let error = trace(&COUNT, 0, json!({ "tracer": "{ step: function() {} }" })).unwrap_err();
    assert!(
        matches!(error, TraceError::UnknownTracer { .. }),
        "{error:?}"
    );
    let wrong = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": 5 } });
    let error = trace(&COUNT, 0, wrong).unwrap_err();
    assert!(matches!(error, TraceError::Config { .. }), "{error:?}");
}

/// JUMPDEST, PUSH1 0, JUMP
const FOR_EVER: [u8; 4] = hex!("5b600056");

#[test]
fn a_trace_ends_when_it_exceeds_its_bytes() {
    let limits = TraceLimits {
        recorded_bytes: 1 << 20,
        ..TraceLimits::default()
    };
    let error = trace_within(&FOR_EVER, 0, json!({}), &limits).unwrap_err();
    assert_eq!(error.to_string(), "the trace takes more than 1048576 bytes");
    // A call tracer keeps no steps.
    let calls = json!({ "tracer": "callTracer" });
    let trace = trace_within(&FOR_EVER, 0, calls, &limits).unwrap();
    assert_eq!(trace["error"], "out of gas");
}

/// Calls itself with 100,000 bytes for ever: no deeper than the gas allows.
#[test]
fn a_trace_of_many_large_calls_ends_when_it_exceeds_its_bytes() {
    // JUMPDEST, CALL(gas, 0x04, 0, 0, 100000, 0, 0), POP, PUSH1 0, JUMP
    let code = hex!("5b60006000620186a06000600060045af150600056");
    let (block, state) = world(&code);
    let overrides = Overrides::default();
    let simulation = Simulation::new(&block, &state, &overrides, CallLimits::default()).unwrap();
    let request = serde_json::from_value(json!({ "to": COUNTER })).unwrap();
    let limits = TraceLimits {
        recorded_bytes: 10 << 20,
        ..TraceLimits::default()
    };
    let calls = options(json!({ "tracer": "callTracer" }));
    let error = simulation.trace(&request, &calls, &limits).unwrap_err();
    assert!(
        matches!(error, TraceCallError::Trace(TraceError::TooLarge { .. })),
        "{error:?}"
    );
}

#[test]
fn a_trace_ends_when_the_watch_interrupts_it() {
    let watch = || Some(Interrupt::Cancelled);
    let limits = TraceLimits {
        watch: Some(&watch),
        ..TraceLimits::default()
    };
    for index in [0, 2] {
        let error = trace_within(&FOR_EVER, index, json!({}), &limits).unwrap_err();
        assert!(
            matches!(error, TraceError::Interrupted(Interrupt::Cancelled)),
            "{error:?}"
        );
    }
}
