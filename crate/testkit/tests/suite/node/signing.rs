//! The accounts whose keys a node has.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

#[test]
fn the_accounts_are_those_of_the_mnemonic() {
    let mut talk = Conversation::new(json!({}));
    let accounts = talk.ask("eth_accounts", json!([]));
    assert_eq!(accounts.as_array().unwrap().len(), 10);
    assert_eq!(accounts[0], ALICE);
    assert_eq!(accounts[9], "0xa0ee7a142d267c1f36714e4a8f75612f20a79720");
    let phrase = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    let options = json!({ "mnemonic": phrase, "accounts": 1, "balance": "0x7" });
    let mut talk = Conversation::new(options);
    let account = "0x9858effd232b4033e47d90003d41ec34ecaeda94";
    assert_eq!(talk.ask("eth_requestAccounts", json!([])), json!([account]));
    assert_eq!(
        talk.ask("eth_getBalance", json!([account, "latest"])),
        "0x7"
    );
}

#[test]
fn messages_and_typed_data_are_signed_as_wallets_do() {
    let mut talk = Conversation::new(json!({}));
    // What viem signs with the same key.
    let hello = "0xf16ea9a3478698f695fd1401bfe27e9e4a7e8e3da94aa72b021125e31fa899cc573c48ea3fe1d4ab61a9db10c19032026e3ed2dbccba5a178235ac27f94504311c";
    assert_eq!(
        talk.ask("personal_sign", json!(["0x68656c6c6f", ALICE])),
        hello
    );
    assert_eq!(talk.ask("eth_sign", json!([ALICE, "0x68656c6c6f"])), hello);
    let error = talk.refused(
        "eth_sign",
        json!(["0x00000000000000000000000000000000000000c0", "0x"]),
    );
    assert!(error.message.contains("unknown account"), "{error}");
    let data = json!({
        "types": {
            "EIP712Domain": [{ "name": "name", "type": "string" }],
            "Mail": [{ "name": "contents", "type": "string" }],
        },
        "primaryType": "Mail",
        "domain": { "name": "Ether Mail" },
        "message": { "contents": "Hello, Bob!" },
    });
    let signed = talk.ask("eth_signTypedData_v4", json!([ALICE, data]));
    let text = talk.ask("eth_signTypedData_v4", json!([ALICE, data.to_string()]));
    assert_eq!(signed, text);
    let expected = "0x5f632d414a7266ee21db7fcd9a658eda9f50a42564fab7de10e6a5dd696ce0197400dddcdc5301d3793362a2c8c0fc6e8f89978b0be571985d0da4bcf5d5b7c01c";
    assert_eq!(signed, expected);
}

/// Signatures of mainnet's USDC, say, hold there whoever asks for them.
#[test]
fn private_keys_sign_typed_data_of_their_own_chain_only() {
    let data = |chain_id: Value| {
        json!({
            "types": {
                "EIP712Domain": [{ "name": "chainId", "type": "uint256" }],
                "Mail": [{ "name": "contents", "type": "string" }],
            },
            "primaryType": "Mail",
            "domain": { "chainId": chain_id },
            "message": { "contents": "Hello, Bob!" },
        })
    };
    let phrase = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    let account = "0x9858effd232b4033e47d90003d41ec34ecaeda94";
    let mut talk = Conversation::new(json!({ "mnemonic": phrase, "accounts": 1 }));
    let own = talk.ask("eth_signTypedData_v4", json!([account, data(json!(31337))]));
    for same in [
        json!("31337"),
        json!("0x7a69"),
        json!(" 31337 "),
        json!(31337.0),
    ] {
        let signed = talk.ask("eth_signTypedData", json!([account, data(same)]));
        assert_eq!(signed, own);
    }
    let others = [
        (json!(1), "1"),
        (json!("0x1"), "\"0x1\""),
        (json!(31338), "31338"),
        (json!(-31337), "-31337"),
        (json!(31337.5), "31337.5"),
        (json!(""), "\"\""),
        (json!(null), "null"),
        (json!([31337]), "[31337]"),
    ];
    for (other, found) in others {
        for method in [
            "eth_signTypedData",
            "eth_signTypedData_v3",
            "eth_signTypedData_v4",
        ] {
            for given in [data(other.clone()), json!(data(other.clone()).to_string())] {
                let error = talk.refused(method, json!([account, given]));
                assert_eq!(
                    error.to_string(),
                    format!(
                        "typed data: domain.chainId: {found} is another chain than that of this node, 31337"
                    )
                );
            }
        }
    }
    // A domain that the hash does not have the chain of is refused as well: its reader is misled.
    let mut unlisted = data(json!(1));
    unlisted["types"]["EIP712Domain"] = json!([]);
    talk.refused("eth_signTypedData_v4", json!([account, unlisted]));
    let mut chainless = data(json!(1));
    chainless["domain"] = json!({});
    chainless["types"]["EIP712Domain"] = json!([]);
    talk.ask("eth_signTypedData_v4", json!([account, chainless]));
    // Everybody has the well-known keys, and so each of their signatures.
    let mut talk = Conversation::new(json!({}));
    talk.ask("eth_signTypedData_v4", json!([ALICE, data(json!(1))]));
}

#[test]
fn a_signed_transaction_can_be_sent_as_it_is() {
    let mut talk = Conversation::new(json!({}));
    let request = json!([{ "from": ALICE, "to": ALICE, "value": "0x1" }]);
    let raw = talk.ask("eth_signTransaction", request);
    let hash = talk.ask("eth_sendRawTransaction", json!([raw]));
    let sent = talk.ask("eth_getTransactionByHash", json!([hash]));
    assert_eq!(sent["type"], "0x2");
    assert_eq!(sent["gas"], "0x5208");
    assert_eq!(sent["maxPriorityFeePerGas"], "0x3b9aca00");
    // Twice the base fee and the tip.
    assert_eq!(
        sent["maxFeePerGas"],
        format!("{:#x}", 2 * 875_000_000_u64 + 1_000_000_000)
    );
    assert_eq!(talk.ask("debug_getRawTransaction", json!([hash])), raw);
}

#[test]
fn a_request_that_would_revert_says_why() {
    let mut talk = Conversation::new(json!({}));
    let callee = "0x00000000000000000000000000000000000000c0";
    // PUSH0, PUSH0, REVERT.
    talk.ask("anvil_setCode", json!([callee, "0x5f5ffd"]));
    let request = json!([{ "from": ALICE, "to": callee }]);
    let error = talk.refused("eth_sendTransaction", request);
    assert_eq!(error.code.number(), 3);
    assert_eq!(error.data, Some(json!("0x")));
    // With gas of its own it is sent all the same.
    let request = json!([{ "from": ALICE, "to": callee, "gas": "0x186a0" }]);
    let hash = talk.ask("eth_sendTransaction", request);
    let receipt = talk.ask("eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["status"], "0x0");
}
