//! Options of the struct logger.

use super::{
    scenario::Scenario,
    struct_log::{INTRINSIC, steps},
};
use parevm::vm::SpecId;
use serde_json::{Value, json};

/// https://github.com/ethereum/go-ethereum/blob/master/eth/tracers/logger/logger.go
#[test]
fn a_limit_counts_bytes_of_json() {
    let world = Scenario::calling(SpecId::PRAGUE, "PUSH0 PUSH0 ADD POP STOP", 100_000);
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
    let world = Scenario::calling(SpecId::PRAGUE, code, 100_000);
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

/// The slot is recorded although the gas does not suffice, as in geth's logger.
#[test]
fn storage_is_shown_at_a_failed_instruction() {
    let world = Scenario::calling(SpecId::PRAGUE, "PUSH0 SLOAD", INTRINSIC + 100);
    let steps = steps(&world, json!({}));
    let zero = format!("{:#066x}", 0);
    assert_eq!(steps[1]["storage"], json!({ &zero: &zero }));
    assert_eq!(steps[1]["error"], "out of gas");
}
