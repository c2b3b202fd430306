//! Typed data as wallets sign them.
//!
//! The signatures of `regression/typed-data.json` are those of `@metamask/eth-sig-util` 8.2.0, `signTypedData` V4;
//! only that of a structure whose name has a `$` is viem's, since eth-sig-util leaves the structure out of the
//! encoded type.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const CASES: &str = include_str!("../../../regression/typed-data.json");

/// https://github.com/MetaMask/eth-sig-util/issues/236
/// https://github.com/WalletConnect/walletconnect-example-dapp/issues/106
/// https://github.com/vultisig/vultisig-sdk/issues/701
#[test]
fn typed_data_are_signed_as_metamask_signs_them_or_refused_by_field() {
    let cases: Vec<Value> = CASES.parse::<Value>().unwrap().as_array().unwrap().clone();
    assert_eq!(cases.len(), 168);
    let mut talk = Conversation::new(json!({}));
    let mut complaints = Vec::new();
    for case in &cases {
        let title = &case["title"];
        for given in [case["data"].clone(), json!(case["data"].to_string())] {
            let params = json!([ALICE, given]);
            if let Value::String(expected) = &case["error"] {
                let error = talk.refused("eth_signTypedData_v4", params);
                let expected = format!("typed data: {expected}");
                if error.code.number() != -32_602 || !error.message.starts_with(&expected) {
                    complaints.push(format!("{title}: {expected} expected, found {error}"));
                }
            } else if talk.ask("eth_signTypedData_v4", params) != case["signature"] {
                complaints.push(format!("{title}: another signature"));
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// Each structure has the next one twice under one name: text of 1 kB would mean 2^24 of them.
#[test]
fn typed_data_mean_no_more_than_they_may() {
    let mut talk = Conversation::new(json!({}));
    // As many structures as `count`, each with a field `a` of the next one, that many `times`.
    let chain = |count: usize, times: usize| {
        let mut types = json!({ "EIP712Domain": [], format!("T{count}"): [] });
        let mut message = json!({});
        for index in (0..count).rev() {
            let field = json!({ "name": "a", "type": format!("T{}", index + 1) });
            types[format!("T{index}")] = vec![field; times].into();
            message = json!({ "a": message });
        }
        json!([ALICE, { "types": types, "primaryType": "T0", "domain": {}, "message": message }])
    };
    let mut error = |params: Value| {
        let error = talk.refused("eth_signTypedData_v4", params);
        assert_eq!(error.code.number(), -32_602);
        error.message
    };
    let doubled = error(chain(24, 2));
    assert!(
        doubled.ends_with(": more than 8388608 bytes would be hashed"),
        "{doubled}"
    );
    let deep = error(chain(32, 1));
    assert!(
        deep.ends_with(".a: more than 32 structures and lists are within each other"),
        "{deep}"
    );
    let many = |count: usize, name: &str| {
        let mut types = json!({ "EIP712Domain": [], "T": [] });
        for index in 2..count {
            types[format!("T{index}")] = json!([{ "name": name, "type": "uint8" }]);
        }
        json!([ALICE, { "types": types, "primaryType": "T", "domain": {}, "message": {} }])
    };
    assert_eq!(
        error(many(101, "a")),
        "typed data: types: found 101 structures, at most 100 are hashed"
    );
    let long = error(many(3, &"a".repeat(65_536)));
    assert!(long.ends_with("at most 65536 are hashed"), "{long}");
    for fits in [
        chain(31, 1),
        chain(14, 2),
        many(100, "a"),
        many(3, &"a".repeat(65_000)),
    ] {
        talk.ask("eth_signTypedData_v4", fits);
    }
}

/// https://github.com/MetaMask/metamask-extension/issues/7881
#[test]
fn numbers_keep_their_digits_or_are_refused() {
    let mut talk = Conversation::new(json!({}));
    let text = |number: &str| {
        let types = r#"{"EIP712Domain":[],"T":[{"name":"a","type":"uint256"}]}"#;
        json!([
            ALICE,
            format!(
                r#"{{"types":{types},"primaryType":"T","domain":{{}},"message":{{"a":{number}}}}}"#
            )
        ])
    };
    for number in [
        "9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
        "1e3",
        "5.0",
    ] {
        let as_text = match number {
            "1e3" => "\"1000\"".to_owned(),
            "5.0" => "\"5\"".to_owned(),
            number => format!("\"{number}\""),
        };
        assert_eq!(
            talk.ask("eth_signTypedData_v4", text(number)),
            talk.ask("eth_signTypedData_v4", text(&as_text)),
            "{number}"
        );
    }
    for number in ["1e20", "9007199254740993.0"] {
        let error = talk.refused("eth_signTypedData_v4", text(number));
        assert!(
            error.message.starts_with("typed data: message.a: "),
            "{error}"
        );
        assert!(error.message.ends_with("write it as a string"), "{error}");
    }
}

#[test]
fn typed_data_of_another_form_are_refused_by_name() {
    let mut talk = Conversation::new(json!({}));
    for (data, message) in [
        (json!({}), "typed data: missing field `types`"),
        (
            json!({ "types": {} }),
            "typed data: missing field `primaryType`",
        ),
        (
            json!({ "types": { "T": [{ "name": "a" }] }, "primaryType": "T" }),
            "typed data: types.T[0]: missing field `type`",
        ),
        (json!("{"), "typed data: EOF while parsing"),
        (json!(5), "typed data: invalid type"),
    ] {
        let error = talk.refused("eth_signTypedData_v4", json!([ALICE, data]));
        assert!(error.message.starts_with(message), "{error}");
    }
}
