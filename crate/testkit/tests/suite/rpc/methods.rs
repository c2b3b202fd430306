//! Methods of JSON-RPC on the chain of execution-apis, beside what its vectors ask for.

use crate::execution_apis::chain;
use alloy_primitives::B256;
use parevm_node::rpc::{self, ErrorCode};
use serde_json::{Value, json};

#[test]
fn what_cannot_be_answered_is_named() {
    let chain = chain();
    let code = |name: &str, params: Value| {
        let error = rpc::call(&chain, name, params.as_array().unwrap()).unwrap_err();
        (error.code, error.message)
    };
    let (unknown, message) = code("eth_moonPhase", json!([]));
    assert_eq!(unknown, ErrorCode::MethodNotFound);
    assert!(message.contains("eth_moonPhase"));
    let (missing, message) = code("eth_getBalance", json!([]));
    assert_eq!(missing, ErrorCode::InvalidParams);
    assert_eq!(message, "address: missing");
    let nobody = "0x0000000000000000000000000000000000000001";
    let (future, _) = code("eth_getBalance", json!([nobody, "0x37"]));
    assert_eq!(future, ErrorCode::ResourceNotFound);
    let (wrong, message) = code("eth_getBalance", json!([nobody, "soon"]));
    assert_eq!(wrong, ErrorCode::InvalidParams);
    assert!(message.starts_with("block: "), "{message}");
    let (wrong, message) = code("eth_getProof", json!([nobody, 7]));
    assert_eq!(wrong, ErrorCode::InvalidParams);
    assert!(message.starts_with("storage keys: "), "{message}");
}

#[test]
fn a_call_is_traced_on_changed_state() {
    let chain = chain();
    let [sender, callee] = [
        "0x00000000000000000000000000000000000000aa",
        "0x00000000000000000000000000000000000000bb",
    ];
    let call = json!({ "from": sender, "to": callee, "value": "0x5", "gas": "0xc350" });
    let mut options = json!({
        "tracer": "callTracer",
        "stateOverrides": {
            sender: { "balance": "0x5" },
            // Returns the number of the block.
            callee: { "code": "0x4360005260206000f3" },
        },
        "blockOverrides": { "number": "0x1234" },
    });
    let params = [call.clone(), json!("latest"), options.clone()];
    let frame = rpc::call(&chain, "debug_traceCall", &params).unwrap();
    let frame: Value = frame.parse().unwrap();
    assert_eq!(frame["type"], "CALL");
    assert_eq!(frame["value"], "0x5");
    assert_eq!(frame["output"], format!("0x{:064x}", 0x1234));
    // 21,000, NUMBER 2, PUSH1 3 three times, MSTORE 3 and 3 for memory.
    assert_eq!(
        frame["gasUsed"],
        format!("{:#x}", 21_000 + 2 + 3 * 3 + 3 + 3)
    );

    options["tracer"] = json!("moonTracer");
    let error = rpc::call(&chain, "debug_traceCall", &[call, json!("latest"), options]);
    let error = error.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidParams);
    assert!(error.message.contains("moonTracer"), "{error}");
}

/// geth drops what it does not know; here it is refused, wherever it stands.
#[test]
fn an_option_of_a_trace_that_is_not_known_is_named() {
    let chain = chain();
    let call = json!({ "to": "0x0000000000000000000000000000000000000001" });
    let refused = |name: &str, params: Value| {
        let error = rpc::call(&chain, name, params.as_array().unwrap()).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParams, "{error}");
        error.message
    };
    for (name, first) in [
        ("debug_traceTransaction", json!(B256::ZERO)),
        ("debug_traceBlockByNumber", json!("0x1")),
    ] {
        let message = refused(name, json!([first, { "enableMemroy": true }]));
        assert!(
            message.contains("unknown field `enableMemroy`"),
            "{message}"
        );
    }
    let message = refused(
        "debug_traceCall",
        json!([call, "0x1", { "stateOverride": {} }]),
    );
    assert!(
        message.contains("unknown field `stateOverride`"),
        "{message}"
    );
    let options = json!({ "tracer": "callTracer", "tracerConfig": { "withLogs": true } });
    let message = refused("debug_traceCall", json!([call, "0x1", options]));
    assert!(message.contains("unknown field `withLogs`"), "{message}");
}
