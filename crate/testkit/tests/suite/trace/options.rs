//! Configs of tracers: an unknown field is an error.

use parevm::{
    Block, MemoryState,
    block::{ForkSchedule, Header},
    vm::{Environment, SpecId},
};
use parevm_simulate::trace::{TraceError, TraceLimits, TraceOptions, trace_block};
use serde_json::{Value, json};
use std::error::Error;

/// What is wrong with these options.
fn error(options: Value) -> Option<String> {
    let schedule = ForkSchedule::always(SpecId::BERLIN);
    let block = Block::new(1, schedule, Header::default(), Vec::new());
    let environment = Environment::new(&block);
    let options: TraceOptions = serde_json::from_value(options).unwrap();
    let limits = TraceLimits::default();
    let state = MemoryState::default();
    let error = trace_block(&block, &environment, &state, &options, &limits).err()?;
    assert!(matches!(error, TraceError::Config { .. }), "{error:?}");
    Some(format!("{error}: {}", error.source().unwrap()))
}

fn wrong(tracer: &str, config: Value) -> Option<String> {
    error(json!({ "tracer": tracer, "tracerConfig": config }))
}

#[test]
fn an_unknown_config_field_is_an_error() {
    for (tracer, known) in [
        ("callTracer", "expected `onlyTopCall` or `withLog`"),
        (
            "flatCallTracer",
            "expected one of `convertParityErrors`, `includePrecompiles`, `onlyTopCall`, `withLog`",
        ),
        ("4byteTracer", "there are no fields"),
        ("noopTracer", "there are no fields"),
    ] {
        let found = wrong(tracer, json!({ "moon": true })).unwrap();
        let expected =
            format!("tracerConfig does not fit {tracer}: moon: unknown field `moon`, {known}");
        assert_eq!(found, expected);
    }
    let found = wrong("prestateTracer", json!({ "diffmode": true })).unwrap();
    assert!(found.contains("unknown field `diffmode`"), "{found}");
    let found = wrong("erc7562Tracer", json!({ "withLogs": true })).unwrap();
    assert!(found.contains("unknown field `withLogs`"), "{found}");
    // The struct logger has its settings elsewhere.
    let misplaced = error(json!({ "tracerConfig": { "enableMemory": true } })).unwrap();
    assert!(
        misplaced.contains("unknown field `enableMemory`"),
        "{misplaced}"
    );
}

#[test]
fn the_configs_in_a_mux_are_checked() {
    for (config, expected) in [
        (
            json!({ "callTracer": { "withLogs": true } }),
            "tracerConfig does not fit callTracer: withLogs: unknown field `withLogs`",
        ),
        (
            json!({ "prestateTracer": { "diffMode": true, "includeEmpty": true } }),
            "tracerConfig does not fit prestateTracer: cannot use diffMode with includeEmpty",
        ),
        (
            json!({ "muxTracer": {} }),
            "tracerConfig does not fit muxTracer: it is within another one",
        ),
        (json!([]), "tracerConfig does not fit muxTracer: "),
    ] {
        let error = wrong("muxTracer", config).unwrap();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_config_field_of_another_type_is_an_error() {
    let error = wrong("callTracer", json!({ "withLog": "yes" })).unwrap();
    assert!(error.contains("withLog: invalid type"), "{error}");
    let error = wrong("callTracer", json!("withLog")).unwrap();
    assert!(error.contains("invalid type"), "{error}");
}

/// https://github.com/ethereum/go-ethereum/blob/master/eth/tracers/native/prestate.go
#[test]
fn diff_mode_and_include_empty_exclude_each_other() {
    let both = json!({ "diffMode": true, "includeEmpty": true });
    assert_eq!(
        wrong("prestateTracer", both).unwrap(),
        "tracerConfig does not fit prestateTracer: cannot use diffMode with includeEmpty"
    );
    let one = json!({ "diffMode": false, "includeEmpty": true });
    assert_eq!(wrong("prestateTracer", one), None);
}

#[test]
fn a_config_may_be_missing_or_null() {
    for tracer in [
        "callTracer",
        "flatCallTracer",
        "prestateTracer",
        "4byteTracer",
        "noopTracer",
        "erc7562Tracer",
    ] {
        assert_eq!(wrong(tracer, Value::Null), None, "{tracer}");
        assert_eq!(wrong(tracer, json!({})), None, "{tracer}");
    }
    assert_eq!(wrong("callTracer", json!({ "withLog": null })), None);
}
