//! Failures of calls and errors of bundles.

use super::scenario::{ALICE, BOB, CAROL, GO, OTHER, Scenario, TOKEN, changes, data, number};
use alloy_genesis::Genesis;
use alloy_primitives::{Address, Bytes, U256, hex};
use parevm_node::{Chain, rpc};
use parevm_simulate::report::Bundle;
use parevm_testkit::scripted_contract::ScriptedContract;
use serde_json::{Value, json};

#[test]
fn the_innermost_failure_is_named_and_decoded() {
    let error = data("Broke(uint256,address)", &[number(5), BOB.into_word()]);
    let inner = ScriptedContract::default()
        .on(GO, |act| act.revert(&error))
        .code();
    let outer = ScriptedContract::default().always(|act| act.call_or_fail(TOKEN, &GO));
    let world = Scenario::new().with(TOKEN, inner).with(OTHER, outer);
    let mut bundle = json!({ "calls": [{ "from": ALICE, "to": OTHER }] });
    let report = world.report(bundle.clone());
    assert_eq!(report["status"], "failure");
    assert_eq!(report["failedCall"], 0);
    let failure = &report["calls"][0]["failure"];
    assert_eq!(failure["kind"], "reverted");
    assert_eq!(failure["message"], "execution reverted");
    assert_eq!(failure["error"], Value::Null);
    assert_eq!(failure["data"], json!(Bytes::from(error.clone())));

    bundle["abi"] = json!([
        { "type": "function", "name": "go", "inputs": [], "outputs": [], "stateMutability": "view" },
        { "type": "error", "name": "Broke", "inputs": [
            { "name": "missing", "type": "uint256" }, { "name": "who", "type": "address" },
        ] },
    ]);
    let report = world.report(bundle);
    let failure = &report["calls"][0]["failure"];
    let bob = BOB.to_string().to_lowercase();
    let decoded = json!({
        "name": "Broke",
        "signature": "Broke(uint256,address)",
        "args": [
            { "name": "missing", "type": "uint256", "value": "0x5" },
            { "name": "who", "type": "address", "value": bob },
        ],
    });
    assert_eq!(failure["error"], decoded);
    assert_eq!(
        failure["message"],
        format!("execution reverted: Broke(5, {bob})")
    );
    assert_eq!(
        failure["innermost"],
        json!({
            "address": TOKEN,
            "depth": 1,
            "selector": Bytes::from(GO),
            "reason": format!("execution reverted: Broke(5, {bob})"),
            "data": Bytes::from(error),
            "error": decoded,
        })
    );
}

/// Nested ones, too.
#[test]
fn numbers_in_error_messages_are_decimal() {
    let words = [
        number(18),
        U256::MAX.into(),
        number(0x60),
        number(2),
        number(1_000_000),
        number(1),
        number(1 << 60),
        number(0),
    ];
    let error = data("Odd(uint8,int256,(uint256,bool)[])", &words);
    let code = ScriptedContract::default()
        .on(GO, |act| act.revert(&error))
        .code();
    let components = json!([
        { "name": "amount", "type": "uint256" }, { "name": "yes", "type": "bool" },
    ]);
    let report = Scenario::new().with(TOKEN, code).report(json!({
        "calls": [{ "from": ALICE, "to": TOKEN, "data": Bytes::from(GO) }],
        "abi": [{ "type": "error", "name": "Odd", "inputs": [
            { "name": "few", "type": "uint8" }, { "name": "less", "type": "int256" },
            { "name": "pairs", "type": "tuple[]", "components": components },
        ] }],
    }));
    let failure = &report["calls"][0]["failure"];
    assert_eq!(
        failure["message"],
        "execution reverted: Odd(18, -1, [(1000000, true), (1152921504606846976, false)])"
    );
    // Programs read quantities.
    assert_eq!(
        failure["error"]["args"][2],
        json!({
            "name": "pairs", "type": "(uint256,bool)[]",
            "value": [["0xf4240", true], ["0x1000000000000000", false]],
        })
    );
}

/// A mistyped address rarely has the checksum of its letters; viem's `isAddress` refuses it.
#[test]
fn an_address_with_a_wrong_checksum_is_rejected() {
    let right = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    let read = |bundle: Value| serde_json::from_value::<Bundle>(bundle);
    for text in [right.to_owned(), right.to_lowercase()] {
        let bundle = json!({ "from": text, "calls": [{ "from": text, "to": text }] });
        let bundle = read(bundle).unwrap();
        assert_eq!(bundle.calls[0].to, right.parse().ok());
    }
    let upper = format!("0x{}", right[2..].to_uppercase());
    let wrong = right.replace("F39", "f39").replace('9', "8");
    for text in [
        upper.as_str(),
        &wrong,
        &right.replace("Fd6", "fd6"),
        &right[2..],
        "0x12",
    ] {
        for bundle in [
            json!({ "from": text, "calls": [{}] }),
            json!({ "calls": [{ "from": text }] }),
            json!({ "calls": [{ "to": text }] }),
        ] {
            let error = read(bundle).unwrap_err().to_string();
            let words = ["checksum of address", "is no address"];
            assert!(words.iter().any(|words| error.contains(words)), "{error}");
            assert!(error.contains(text), "{error}");
        }
    }
}

#[test]
fn reasons_panics_and_errors_of_tokens_need_no_abi() {
    let failing = |error: &[u8]| {
        let code = ScriptedContract::default()
            .on(GO, |act| act.revert(error))
            .code();
        Scenario::new().with(TOKEN, code).go()["calls"][0]["failure"].clone()
    };
    let panic = failing(&data("Panic(uint256)", &[number(0x11)]));
    assert_eq!(
        panic["message"],
        "execution reverted: arithmetic underflow or overflow"
    );
    assert_eq!(panic["error"]["args"][0]["value"], "0x11");
    let mut text = [number(32), number(4)].concat();
    text.extend(b"no!!");
    text.resize(96, 0);
    let text = [&hex!("08c379a0"), text.as_slice()].concat();
    let revert = failing(&text);
    assert_eq!(revert["message"], "execution reverted: no!!");
    assert_eq!(revert["error"]["signature"], "Error(string)");
    let poor = data(
        "ERC20InsufficientBalance(address,uint256,uint256)",
        &[ALICE.into_word(), number(1), number(2)],
    );
    assert_eq!(failing(&poor)["error"]["args"][2]["name"], "needed");

    let halted = Scenario::new()
        .with(
            TOKEN,
            ScriptedContract::default().always(|act| act.raw(&[0xfe])),
        )
        .go();
    let failure = &halted["calls"][0]["failure"];
    assert_eq!(failure["kind"], "halted");
    assert_eq!(failure["innermost"]["reason"], "invalid opcode: INVALID");
}

#[test]
fn a_sender_without_funds_fails_without_affecting_other_calls() {
    let report = Scenario::new().report(json!({ "calls": [
        { "from": CAROL, "to": BOB, "value": "0x5" },
        { "from": ALICE, "to": BOB, "value": "0x5" },
    ] }));
    assert_eq!(report["status"], "partial");
    let failure = &report["calls"][0]["failure"];
    assert_eq!(failure["kind"], "invalid");
    assert_eq!(
        failure["message"],
        format!("insufficient funds for gas * price + value: address {CAROL} have 0 want 5")
    );
    assert_eq!(report["calls"][0]["trace"], Value::Null);
    assert_eq!(changes(&report).len(), 2);
}

#[test]
fn malformed_bundles_name_the_field() {
    let world = Scenario::new();
    let text = |bundle: Value| {
        serde_json::from_value::<Bundle>(bundle)
            .unwrap_err()
            .to_string()
    };
    assert!(text(json!({ "calls": [{ "form": ALICE }] })).contains("`form`"));
    assert!(text(json!({ "cals": [] })).contains("`cals`"));
    let error = |bundle| {
        let error = world.try_report(bundle).unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        assert_eq!(error.code(), -32_602);
        format!("{error}: {}", cause.unwrap_or_default())
    };
    assert_eq!(error(json!({ "calls": [] })), "calls: there is none: ");
    assert_eq!(
        error(json!({ "calls": [{}, { "gasPrice": "0x1", "maxFeePerGas": "0x1" }] })),
        "calls[1]: both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified"
    );
    assert_eq!(
        error(json!({ "chainId": "0x2", "calls": [{}] })),
        "calls[0]: chainId does not match node's (have=2, want=1)"
    );
    assert_eq!(
        error(json!({ "calls": [{ "blobCount": "0x1", "blobVersionedHashes": [] }] })),
        "calls[0]: both blobCount and blobVersionedHashes are given"
    );
}

#[test]
fn output_of_more_than_1_kib_is_in_a_report_once() {
    let report = |length: u16| {
        // PUSH2, PUSH0, REVERT: zeros.
        let inner = [&[0x61][..], &length.to_be_bytes(), &hex!("5ffd")].concat();
        let error = vec![0; length.into()];
        let outer = ScriptedContract::default().always(|act| act.call_or_fail(TOKEN, &GO));
        let world = Scenario::new().with(TOKEN, inner.into()).with(OTHER, outer);
        let report = world.report(json!({ "calls": [{ "from": ALICE, "to": OTHER }] }));
        let text = report.to_string();
        let times = text.matches(&hex::encode(&error)).count();
        (report["calls"][0].clone(), times)
    };
    let (short, times) = report(1_024);
    assert_eq!(times, 5);
    assert_eq!(short["failure"]["data"], short["returnData"]);
    assert_eq!(short.get("repeatedOutput"), None);
    let (long, times) = report(1_025);
    assert_eq!(times, 1);
    assert_eq!(long["returnData"], format!("0x{}", "00".repeat(1_025)));
    assert_eq!(long["failure"]["data"], Value::Null);
    assert_eq!(
        long["repeatedOutput"],
        json!({ "failure": true, "innermost": true, "frames": [0, 1] })
    );
}

/// Lists may share their items, and one of fixed length has its items whatever is given.
#[test]
fn an_error_that_would_decode_to_too_much_is_not_decoded() {
    let shared = |length: u64, item: &[u64]| {
        let mut words = vec![number(0x20), number(length)];
        words.extend((0..length).map(|_| number(32 * length)));
        words.extend(item.iter().map(|word| number(*word)));
        words
    };
    let report = |signature: &str, kind: &str, words: &[_]| {
        let error = data(signature, words);
        let code = ScriptedContract::default()
            .on(GO, |act| act.revert(&error))
            .code();
        let report = Scenario::new().with(TOKEN, code).report(json!({
            "calls": [{ "from": ALICE, "to": TOKEN, "data": Bytes::from(GO) }],
            "abi": [{ "type": "error", "name": "Odd", "inputs": [{ "name": "", "type": kind }] }],
        }));
        report["calls"][0]["failure"]["error"].clone()
    };
    let strings = report("Odd(string[])", "string[]", &shared(2, &[1, 0x61 << 56]));
    assert_eq!(strings["args"][0]["type"], "string[]");
    let few = report(
        "Odd(uint256[3])",
        "uint256[3]",
        &[number(1), number(2), number(3)],
    );
    assert_eq!(few["args"][0]["value"], json!(["0x1", "0x2", "0x3"]));
    // A hundred lists of a hundred strings, and a list of a billion zeros.
    let lists = report("Odd(string[][])", "string[][]", &shared(100, &[0]));
    assert_eq!(lists, Value::Null);
    let kind = "uint256[1000000000]";
    let zeros = report("Odd(uint256[1000000000])", kind, &[number(0)]);
    assert_eq!(zeros, Value::Null);
}

#[test]
fn tuples_of_an_abi_nest_at_most_32_levels() {
    let read = |input: Value| {
        let abi = json!([{ "type": "error", "name": "Odd", "inputs": [input] }]);
        serde_json::from_value::<Bundle>(json!({ "calls": [], "abi": abi }))
    };
    let named = |depth: usize| {
        let kind = format!("{}uint256{}", "(".repeat(depth), ")".repeat(depth));
        json!({ "name": "", "type": kind })
    };
    let listed = |depth: usize| {
        let inner = json!({ "name": "", "type": "uint256" });
        (0..depth).fold(
            inner,
            |inner, _| json!({ "name": "", "type": "tuple", "components": [inner] }),
        )
    };
    for nested in [&named as &dyn Fn(usize) -> Value, &listed] {
        assert!(read(nested(31)).is_ok());
        let error = read(nested(33)).unwrap_err().to_string();
        assert!(
            error.starts_with("tuples are nested more than 32 deep"),
            "{error}"
        );
    }
    assert!(read(named(100_000)).is_err());
}

/// A bundle is reported with the code and the name of what is wrong.
#[test]
fn a_bundle_is_simulated_over_json_rpc_and_its_errors_name_the_field() {
    let chain = Chain::from_genesis(&Genesis::default()).unwrap();
    let simulate = |bundle: Value| rpc::call(&chain, "parevm_simulate", &[bundle, json!("latest")]);
    let report = simulate(json!({ "calls": [{ "to": Address::ZERO, "value": "0x0" }] })).unwrap();
    let report: Value = report.parse().unwrap();
    assert_eq!(report["status"], "success");
    assert_eq!(report["calls"][0]["gasUsed"], "0x5208");
    for (bundle, code, message) in [
        (json!({}), -32_602, "calls: there is none"),
        (
            json!({ "calls": [{}, { "value": "0xzz" }] }),
            -32_602,
            "bundle.calls[1].value: ",
        ),
        (
            json!({ "calls": [{ "gasPrice": "0x1", "maxFeePerGas": "0x1" }] }),
            -32_602,
            "calls[0]: both gasPrice and ",
        ),
        (
            json!({ "calls": [], "abi": [{ "type": "error" }] }),
            -32_602,
            "bundle.abi[0]: missing field `name`",
        ),
    ] {
        let error = simulate(bundle).unwrap_err();
        assert_eq!(error.code.number(), code);
        assert!(error.message.starts_with(message), "{}", error.message);
    }
}
