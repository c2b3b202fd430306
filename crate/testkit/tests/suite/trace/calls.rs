//! `4byteTracer` and `muxTracer`.

use super::scenario::Scenario;
use parevm::vm::SpecId;
use serde_json::json;

/// https://github.com/ethereum/go-ethereum/blob/master/eth/tracers/native/4byte.go
#[test]
fn selectors_are_those_of_calls_to_contracts() {
    // Eight bytes to another one by every kind of call, three bytes, and eight to a precompile.
    let to = |length: u8, address: &str| {
        format!(
            "PUSH0 PUSH0 {length} PUSH0 PUSH0 {address} GAS CALL POP \
             PUSH0 PUSH0 {length} PUSH0 PUSH0 {address} GAS CALLCODE POP \
             PUSH0 PUSH0 {length} PUSH0 {address} GAS DELEGATECALL POP \
             PUSH0 PUSH0 {length} PUSH0 {address} GAS STATICCALL POP "
        )
    };
    let code = [to(8, "0xdd"), to(3, "0xdd"), to(8, "4")].concat();
    let world = Scenario::calling(SpecId::PRAGUE, &code, 200_000);
    let shown = world.trace(json!({ "tracer": "4byteTracer" }));
    assert_eq!(shown, json!({ "0x00000000-4": 4 }));
    let mux = world.trace(json!({
        "tracer": "muxTracer",
        "tracerConfig": { "4byteTracer": null, "noopTracer": {} },
    }));
    assert_eq!(
        mux,
        json!({ "4byteTracer": { "0x00000000-4": 4 }, "noopTracer": {} })
    );
}
