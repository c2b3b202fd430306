//! Memory limit of requests: expensive requests succeed or fail at a limit, within the memory of a request.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod counting;

use counting::{held, peak_of};
use parevm::Engine;
use parevm_node::{
    Node,
    node::{Host, HostMemory},
    rpc::{Json, RpcError},
};
use serde_json::{Value, json};

/// Memory limit of a request, in bytes.
const MEMORY: usize = 32 << 20;
/// Gas limit of a call.
const GAS: u64 = 6_000_000;

const LOOP: &str = "0x00000000000000000000000000000000000000cc";
const INVALID: &str = "0x00000000000000000000000000000000000000dd";

/// Codes that repeat one operation until the gas is used up, or up to the maximum call depth.
const LOOPS: [(&str, &str); 22] = [
    ("writes a new slot", "5f5b808055600101600156"),
    (
        "writes 256 slots again and again",
        "5f5b8060ff168055600101600156",
    ),
    (
        "reads 256 slots again and again",
        "5f5b8060ff165450600101600156",
    ),
    ("writes the next word of memory", "5f5b808052602001600156"),
    ("logs a kibibyte", "5b6104005fa05f56"),
    ("logs nothing", "5b5f5fa05f56"),
    ("logs four topics", "5b5f5f5f5f5f5fa45f56"),
    ("calls an empty account", "5b5f5f5f5f5f6112345af1505f56"),
    ("calls with 64 KiB", "5b5f5f620100005f5f6112345af1505f56"),
    (
        "calls a contract that fails",
        "5b5f5f5f5f5f60dd6064f1505f56",
    ),
    (
        "copies 64 KiB by a precompile",
        "5b620100005f620100005f5f60045af1505f56",
    ),
    (
        "calls itself with 64 KiB and returns them",
        "5f5f620100005f5f305af1620100005ff3",
    ),
    (
        "calls itself with 64 KiB and reverts with them",
        "5f5f620100005f5f305af1620100005ffd",
    ),
    ("calls itself and leaves nothing", "5f5f5f5f5f305af1"),
    ("calls itself twice", "5f5f5f5f5f305af15f5f5f5f5f305af1"),
    ("creates empty contracts", "5b5f5f5ff0505f56"),
    (
        "creates with 48 KiB of code",
        "5f5b8061c0005f5ff550600101600156",
    ),
    ("hashes 64 KiB", "5f5b805f52620100005f2050600101600156"),
    ("reads another account", "5f5b803b50600101600156"),
    ("reads its own code", "5b303b505f56"),
    ("stores transiently", "5f5b80805d600101600156"),
    ("reverts with a mebibyte", "621000005ffd"),
];

fn tracers() -> Vec<(&'static str, Value)> {
    let mux = json!({
        "callTracer": { "withLog": true },
        "flatCallTracer": {},
        "prestateTracer": {},
        "4byteTracer": {},
        "erc7562Tracer": { "withLog": true },
        "noopTracer": {},
    });
    vec![
        ("steps", json!({})),
        (
            "steps with memory",
            json!({ "enableMemory": true, "enableReturnData": true }),
        ),
        (
            "steps alone",
            json!({ "disableStack": true, "disableStorage": true }),
        ),
        (
            "calls",
            json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } }),
        ),
        ("state before", json!({ "tracer": "prestateTracer" })),
        (
            "difference",
            json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } }),
        ),
        ("selectors", json!({ "tracer": "4byteTracer" })),
        ("flat calls", json!({ "tracer": "flatCallTracer" })),
        (
            "validation",
            json!({ "tracer": "erc7562Tracer", "tracerConfig": { "withLog": true } }),
        ),
        ("nothing", json!({ "tracer": "noopTracer" })),
        ("mux", json!({ "tracer": "muxTracer", "tracerConfig": mux })),
    ]
}

struct Subject {
    node: Node,
    engine: Engine,
}

impl Subject {
    fn new(options: Value) -> Self {
        Self {
            node: Node::new(serde_json::from_value(options).unwrap()).unwrap(),
            engine: Engine::new(1).unwrap(),
        }
    }

    fn host(engine: &Engine) -> Host<'_> {
        Host {
            engine,
            entropy: [7; 16],
            now: 1_800_000_000_000,
            clock: None,
            memory: Some(HostMemory {
                in_use: &held,
                free: usize::MAX,
            }),
            cancel: None,
        }
    }

    /// Returns the response of the node, and its peak memory in bytes.
    fn ask(&mut self, method: &str, params: &Value) -> (Result<Json, RpcError>, usize) {
        let params = params.as_array().unwrap();
        let host = Self::host(&self.engine);
        peak_of(|| self.node.request(&host, method, params).result)
    }

    /// Sends a request, and appends its failures to `complaints`.
    fn check(&mut self, title: &str, method: &str, params: &Value, complaints: &mut Vec<String>) {
        let (answer, peak) = self.ask(method, params);
        if peak > MEMORY {
            let bytes = answer.as_ref().map_or(0, |json| json.as_str().len());
            complaints.push(format!(
                "{title}, {method}: {peak} bytes of memory for {bytes} of text"
            ));
        }
        if let Err(error) = answer {
            let code = error.code.number();
            // Reverted or out of gas, too large, too much memory.
            if ![3, -32_000, -32_003, -32_005].contains(&code) {
                complaints.push(format!("{title}, {method}: {error} ({code})"));
            }
        }
    }
}

fn limits() -> Value {
    json!({ "memory": MEMORY, "gas": GAS, "time": 600_000 })
}

fn overrides(code: &str) -> Value {
    json!({ LOOP: { "code": format!("0x{code}") }, INVALID: { "code": "0xfe" } })
}

#[test]
fn a_trace_takes_no_more_memory_than_a_request_may() {
    let mut subject = Subject::new(json!({ "limits": limits() }));
    let mut complaints = Vec::new();
    for (title, code) in LOOPS {
        for (name, mut options) in tracers() {
            options["stateOverrides"] = overrides(code);
            let params = json!([{ "to": LOOP }, "latest", options]);
            let title = format!("{title}, {name}");
            subject.check(&title, "debug_traceCall", &params, &mut complaints);
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn repeated_calls_take_no_more_memory_than_a_request_may() {
    let mut subject = Subject::new(json!({ "limits": limits() }));
    let mut complaints = Vec::new();
    for (title, code) in LOOPS {
        let call = json!({ "to": LOOP });
        let state = overrides(code);
        let tried = json!([call, "latest", state]);
        for method in ["eth_call", "eth_estimateGas", "eth_createAccessList"] {
            subject.check(title, method, &tried, &mut complaints);
        }
        let calls = vec![json!({ "to": LOOP, "gas": "0x2dc6c0" }); 7];
        // All attempts together share the limit of one call.
        let blocks = json!([{ "stateOverrides": state, "calls": calls[..2] }]);
        let payload = json!([{ "blockStateCalls": blocks, "traceTransfers": true }, "latest"]);
        subject.check(title, "eth_simulateV1", &payload, &mut complaints);
        let bundle = json!([{ "calls": calls, "atomic": false }, "latest", state]);
        subject.check(title, "parevm_simulate", &bundle, &mut complaints);
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn a_trace_of_a_block_takes_no_more_memory_than_a_request_may() {
    let mut complaints = Vec::new();
    for (title, code) in LOOPS {
        let mut subject = Subject::new(json!({ "limits": limits(), "mining": "manual" }));
        let accounts: Vec<String> = subject
            .ask("eth_accounts", &json!([]))
            .0
            .unwrap()
            .parse()
            .unwrap();
        let set = |address: &str, code: &str| json!([address, format!("0x{code}")]);
        subject.ask("anvil_setCode", &set(LOOP, code)).0.unwrap();
        subject.ask("anvil_setCode", &set(INVALID, "fe")).0.unwrap();
        for _ in 0..4 {
            let call = json!([{ "from": accounts[0], "to": LOOP, "gas": "0x2dc6c0" }]);
            subject.ask("eth_sendTransaction", &call).0.unwrap();
        }
        subject.ask("evm_mine", &json!([])).0.unwrap();
        for (name, options) in tracers() {
            let params = json!(["latest", options]);
            let title = format!("{title}, {name}");
            subject.check(&title, "debug_traceBlockByNumber", &params, &mut complaints);
        }
        subject.check(title, "trace_block", &json!(["latest"]), &mut complaints);
        subject.check(title, "trace_filter", &json!([{}]), &mut complaints);
        subject.check(
            title,
            "eth_getBlockReceipts",
            &json!(["latest"]),
            &mut complaints,
        );
        let all = json!([{ "fromBlock": "0x0", "toBlock": "latest" }]);
        subject.check(title, "eth_getLogs", &all, &mut complaints);
        subject.check(title, "anvil_dumpState", &json!([]), &mut complaints);
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn parameters_take_no_more_memory_than_a_request_may() {
    let subject = Subject::new(json!({ "limits": limits() }));
    let host = Subject::host(&subject.engine);
    let texts = [
        "0,".repeat(2_500_000),
        "[],".repeat(1_700_000),
        r#"{"":0},"#.repeat(700_000),
        r#""","#.repeat(1_700_000),
        "20000000000000000000,".repeat(240_000),
        format!(r#""{}","#, "x".repeat(5_000_000)),
        format!(
            "{{{}\"z\":0}},",
            (0..500_000)
                .map(|n| format!("\"{n}\":0,"))
                .collect::<String>()
        ),
    ];
    for text in texts {
        let text = format!("[{}0]", text);
        let (read, peak) = peak_of(|| subject.node.read_params(&host, &text));
        assert!(peak <= MEMORY, "{peak} bytes of memory for {}", &text[..20]);
        if let Err(error) = read {
            assert_eq!(error.code.number(), -32_005, "{error}");
        }
    }
}
