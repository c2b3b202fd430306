//! A node in memory that requests change.

use parevm::Engine;
use parevm_node::{
    Node,
    node::{Host, HostMemory, Mining, NodeOptions},
    rpc::ErrorCode,
};
use parevm_testkit::conversation::Conversation;
use serde_json::json;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

#[test]
fn options_are_read_as_users_write_them() {
    let options: NodeOptions = serde_json::from_value(json!({
        "chainId": 7,
        "mining": { "interval": 5 },
        "limits": { "time": 20, "gas": 1_000_000 },
    }))
    .unwrap();
    assert_eq!(options.mining, Mining::Interval(5));
    assert_eq!(options.limits.memory, 512 << 20);
    let mut node = Node::new(options).unwrap();
    let engine = Engine::new(1).unwrap();
    let host = Host {
        engine: &engine,
        now: 0,
        entropy: [7; 16],
        clock: None,
        memory: None,
        cancel: None,
    };
    let answer = node.request(&host, "eth_chainId", &[]);
    assert_eq!(answer.result.unwrap().as_str(), "\"0x7\"");
    assert!(!answer.changed);
    let manual: NodeOptions = serde_json::from_value(json!({ "mining": "manual" })).unwrap();
    assert_eq!(manual.mining, Mining::Manual);
    assert!(serde_json::from_value::<NodeOptions>(json!({ "minning": "manual" })).is_err());
}

#[test]
fn every_number_of_the_options_has_its_range() {
    let cases = [
        (
            json!({ "chainId": 0 }),
            "chainId is 0, expected 1 to 9223372036854775771",
        ),
        (
            json!({ "timestamp": 1_u64 << 63 }),
            "timestamp is 9223372036854775808, expected 0 to 9223372036854775807",
        ),
        (
            json!({ "accounts": 1_001 }),
            "accounts is 1001, expected 0 to 1000",
        ),
        (
            json!({ "mining": { "interval": 0 } }),
            "mining.interval is 0, expected 1 to 9223372036854775807",
        ),
        (
            json!({ "limits": { "time": 0 } }),
            "limits.time is 0, expected 1 to 18446744073709551615",
        ),
        (
            json!({ "limits": { "memory": 0 } }),
            "limits.memory is 0, expected 1 to 18446744073709551615",
        ),
        (
            json!({ "limits": { "answer": 0 } }),
            "limits.answer is 0, expected 1 to 18446744073709551615",
        ),
        (
            json!({ "limits": { "gas": 0 } }),
            "limits.gas is 0, expected 1 to 18446744073709551615",
        ),
    ];
    for (options, words) in cases {
        let options: NodeOptions = serde_json::from_value(options).unwrap();
        assert_eq!(Node::new(options).unwrap_err().to_string(), words);
    }
}

#[test]
fn a_call_has_the_gas_and_the_time_of_the_options() {
    let options = json!({ "limits": { "time": 20, "gas": 1_000_000 } });
    let mut node = Node::new(serde_json::from_value(options).unwrap()).unwrap();
    let engine = Engine::new(1).unwrap();
    let ticks = AtomicU64::new(0);
    // Each look at the clock takes a millisecond.
    let clock = || ticks.fetch_add(1_000_000, Ordering::Relaxed);
    let host = Host {
        engine: &engine,
        now: 0,
        entropy: [7; 16],
        clock: Some(&clock),
        memory: None,
        cancel: None,
    };
    let callee = "0x00000000000000000000000000000000000000cc";
    let mut call = |code: &str| {
        let overrides = json!({ callee: { "code": code } });
        let params = [json!({ "to": callee }), json!("latest"), overrides];
        node.request(&host, "eth_call", &params).result
    };
    // GAS, returned: the limit less 21,000 and the instruction.
    let gas = call("0x5a60005260206000f3").unwrap();
    let expected = format!("\"0x{:064x}\"", 1_000_000 - 21_000 - 2);
    assert_eq!(gas.as_str(), expected);
    // JUMPDEST, PUSH0, JUMP.
    let error = call("0x5b5f56").unwrap_err();
    assert_eq!(error.code, ErrorCode::Call(-32_016));
}

#[test]
fn a_request_has_the_memory_of_the_options_or_of_its_host() {
    let engine = Engine::new(1).unwrap();
    let callee = "0x00000000000000000000000000000000000000cc";
    // Each look finds a mebibyte more.
    let error = |free: usize, code: &str| {
        let options = json!({ "limits": { "memory": 16 << 20, "gas": 1_u64 << 50 } });
        let mut node = Node::new(serde_json::from_value(options).unwrap()).unwrap();
        let taken = AtomicUsize::new(0);
        let in_use = || taken.fetch_add(1 << 20, Ordering::Relaxed);
        let host = Host {
            engine: &engine,
            now: 0,
            entropy: [7; 16],
            clock: None,
            memory: Some(HostMemory {
                in_use: &in_use,
                free,
            }),
            cancel: None,
        };
        let overrides = json!({ callee: { "code": code } });
        let call = json!({ "to": callee });
        let params = [call, json!("latest"), overrides];
        let error = node.request(&host, "eth_call", &params).result.unwrap_err();
        assert_eq!(error.code, ErrorCode::Call(-32_005));
        // The next one begins anew.
        assert!(node.request(&host, "eth_chainId", &[]).result.is_ok());
        (error.message, taken.load(Ordering::Relaxed) >> 20)
    };
    let limited = |bytes: usize| format!("the run took more than {bytes} bytes of memory");
    // JUMPDEST, PUSH0, JUMP.
    let endless = "0x5b5f56";
    assert_eq!(error(1 << 30, endless), (limited(16 << 20), 19));
    assert_eq!(error(4 << 20, endless), (limited(4 << 20), 7));
    // PUSH3 2 MiB, MLOAD: with the word more than an eighth. Whoever called it does not go on.
    assert_eq!(error(1 << 30, "0x6220000051").0, limited(2 << 20));
}

/// Of whatever method: those that read, that run something, and that change the node, which stays as it is then.
#[test]
fn an_answer_has_at_most_the_bytes_of_the_options() {
    let mut talk = Conversation::new(json!({ "limits": { "answer": 66 } }));
    // CALLDATASIZE, PUSH0, RETURN: as many zeros as it is given.
    let mut returned = |bytes: usize| {
        let data = format!("0x{}", "00".repeat(bytes));
        let callee = "0x00000000000000000000000000000000000000cc";
        let state = json!({ callee: { "code": "0x365ff3" } });
        let params = json!([{ "to": callee, "data": data }, "latest", state]);
        talk.answer("eth_call", params).result
    };
    // Two quotes, 0x, and two digits a byte.
    assert_eq!(returned(31).unwrap().as_str().len(), 66);
    let error = returned(32).unwrap_err();
    assert_eq!(error.code, ErrorCode::AnswerTooLarge);
    assert_eq!(error.message, "the answer takes more than 66 bytes");
    for (method, params) in [
        ("eth_getBlockByNumber", json!(["latest", false])),
        ("debug_traceCall", json!([{}, "latest"])),
        ("eth_accounts", json!([])),
        ("anvil_nodeInfo", json!([])),
        ("txpool_content", json!([])),
        (
            "eth_sendTransaction",
            json!([{ "from": ALICE, "to": ALICE }]),
        ),
    ] {
        let refused = talk.answer(method, params);
        let short = refused
            .result
            .as_ref()
            .is_ok_and(|json| json.as_str().len() <= 66);
        assert!(short || refused.result == Err(error.clone()), "{method}");
        assert_eq!(short, method == "txpool_content", "{method}");
        assert!(!refused.changed);
    }
    assert_eq!(talk.ask("eth_blockNumber", json!([])), "0x0");
}

#[test]
fn an_answer_says_whether_it_changed_the_node() {
    let mut node = Node::new(NodeOptions::default()).unwrap();
    let engine = Engine::new(1).unwrap();
    let host = Host {
        engine: &engine,
        now: 0,
        entropy: [7; 16],
        clock: None,
        memory: None,
        cancel: None,
    };
    let mut request = |name: &str, params| {
        let answer = node.request(&host, name, &[params]);
        let result = answer.result.ok();
        (result.map(|result| result.parse().unwrap()), answer.changed)
    };
    let none = json!(null);
    assert_eq!(
        request("anvil_getAutomine", none.clone()),
        (Some(json!(true)), false)
    );
    assert_eq!(request("evm_setAutomine", json!("no")), (None, false));
    assert_eq!(
        request("evm_setAutomine", json!(false)),
        (Some(none.clone()), true)
    );
    assert_eq!(
        request("anvil_getAutomine", none),
        (Some(json!(false)), false)
    );
}
