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
