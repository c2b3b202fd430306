//! Malformed fixtures: the error has the file, the field or the transaction, and the engine remains usable.

use alloy_primitives::{Bytes, keccak256};
use parevm::{
    Engine, ExecuteError, ExecuteOptions,
    block::{BlockError, TransactionError},
    fixture::Fixture,
    fixture::FixtureError,
    state::SourceError,
    vm::SpecId,
};
use parevm_testkit::fixture::{self, LoadError};
use serde_json::{Value, json};
use std::{error::Error, fs, path::PathBuf};

/// Block of Cancun with 45 transactions, one of them with blobs.
const BLOCK: &str = "19933122.json.gz";

fn path() -> PathBuf {
    fixture::embedded_folder().join(BLOCK)
}

fn engine() -> Engine {
    Engine::new(1).unwrap()
}

fn document() -> Value {
    serde_json::from_slice(&fixture::read(&path()).unwrap()).unwrap()
}

/// Returns the error of the document after `change`.
fn error_after(change: impl FnOnce(&mut Value)) -> FixtureError {
    let mut document = document();
    change(&mut document);
    engine()
        .read_fixture(document.to_string().as_bytes())
        .unwrap_err()
}

fn block_error_after(change: impl FnOnce(&mut Value)) -> BlockError {
    match error_after(change) {
        FixtureError::Block(error) => error,
        other => panic!("{other:?}"),
    }
}

/// Returns the error of one transaction, with its index.
fn transaction_error_after(change: impl FnOnce(&mut Value)) -> (usize, TransactionError) {
    match block_error_after(change) {
        BlockError::Transaction { index, source } => (index, source),
        other => panic!("{other:?}"),
    }
}

fn without(value: &mut Value, field: &str) {
    value.as_object_mut().unwrap().remove(field).unwrap();
}

/// Returns the error and its causes.
fn in_words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

#[test]
fn a_truncated_file_is_named() {
    let bytes = fs::read(path()).unwrap();
    let file =
        std::env::temp_dir().join(format!("parevm-truncated-{}.json.gz", std::process::id()));
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let error = fixture::load(&engine(), &file).unwrap_err();
    fs::remove_file(&file).unwrap();
    assert!(matches!(error, LoadError::Read { .. }), "{error:?}");
    assert!(error.to_string().contains("parevm-truncated-"), "{error}");
}

#[test]
fn an_unusable_file_is_named_with_its_field() {
    let file = std::env::temp_dir().join(format!("parevm-unusable-{}.json", std::process::id()));
    let mut document = document();
    without(&mut document["block"], "miner");
    fs::write(&file, document.to_string()).unwrap();
    let error = fixture::load(&engine(), &file).unwrap_err();
    fs::remove_file(&file).unwrap();
    let words = in_words(&error);
    assert!(words.contains("parevm-unusable-"), "{words}");
    assert!(words.contains("block.miner is missing"), "{words}");
}

#[test]
fn truncated_json_and_other_text_have_different_errors() {
    let text = document().to_string();
    let error = engine()
        .read_fixture(&text.as_bytes()[..text.len() / 2])
        .unwrap_err();
    assert!(
        matches!(error, FixtureError::Block(BlockError::Truncated(_))),
        "{error:?}"
    );
    let error = engine().read_fixture(b"\x00\x01").unwrap_err();
    assert!(
        matches!(error, FixtureError::Block(BlockError::Json(_))),
        "{error:?}"
    );
}

#[test]
fn every_missing_field_is_named() {
    for field in ["chainId", "preState", "block"] {
        let error = block_error_after(|document| without(document, field));
        assert_eq!(error.to_string(), format!("{field} is missing"));
    }
    for field in ["number", "timestamp", "miner", "gasLimit", "transactions"] {
        let error = block_error_after(|document| without(&mut document["block"], field));
        assert_eq!(error.to_string(), format!("block.{field} is missing"));
    }
}

#[test]
fn a_missing_field_of_a_transaction_is_named_with_the_index() {
    for field in ["gas", "nonce"] {
        let (index, error) = transaction_error_after(|document| {
            without(&mut document["block"]["transactions"][7], field);
        });
        assert_eq!(index, 7);
        assert!(
            matches!(error, TransactionError::Missing { field: named } if named == field),
            "{error:?}"
        );
    }
}

#[test]
fn a_wrong_value_is_named_with_its_path() {
    let error =
        block_error_after(|document| document["block"]["transactions"][3]["gas"] = json!([]));
    assert!(
        matches!(&error, BlockError::Value { path, .. } if path == "block.transactions[3].gas"),
        "{error:?}"
    );
    let error = block_error_after(|document| document["block"]["number"] = json!("twelve"));
    assert!(
        matches!(&error, BlockError::Value { path, .. } if path == "block.number"),
        "{error:?}"
    );
}

#[test]
fn an_unrecoverable_sender_is_named_with_the_index() {
    // The order of the curve is not a valid r.
    let order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let (index, error) = transaction_error_after(|document| {
        document["block"]["transactions"][5]["r"] = json!(order)
    });
    assert_eq!(index, 5);
    assert!(matches!(error, TransactionError::Sender(_)), "{error:?}");
}

#[test]
fn half_a_signature_is_no_reason_to_trust_the_sender() {
    let (index, error) = transaction_error_after(|document| {
        let transaction = &mut document["block"]["transactions"][4];
        without(transaction, "s");
        transaction["from"] = json!("0x00000000000000000000000000000000000000aa");
    });
    assert_eq!(index, 4);
    assert!(
        matches!(error, TransactionError::Missing { field: "s" }),
        "{error:?}"
    );
}

#[test]
fn a_foreign_signature_is_named_with_the_index() {
    let (index, error) = transaction_error_after(|document| {
        document["block"]["transactions"][2]["from"] =
            json!("0x00000000000000000000000000000000000000aa");
    });
    assert_eq!(index, 2);
    assert!(
        matches!(error, TransactionError::ForeignSignature { .. }),
        "{error:?}"
    );
}

#[test]
fn a_declared_hash_that_does_not_fit_is_named() {
    let wrong = json!("0x1111111111111111111111111111111111111111111111111111111111111111");
    let (index, error) = transaction_error_after(|document| {
        document["block"]["transactions"][1]["hash"] = wrong.clone();
    });
    assert_eq!(index, 1);
    assert!(
        matches!(error, TransactionError::HashMismatch { .. }),
        "{error:?}"
    );
    for declared in ["hash", "transactionsRoot", "withdrawalsRoot"] {
        let error = block_error_after(|document| document["block"][declared] = wrong.clone());
        assert!(
            matches!(&error, BlockError::Mismatch { field, .. }
                if *field == format!("block.{declared}")),
            "{error:?}"
        );
    }
}

#[test]
fn a_header_field_that_was_changed_breaks_the_block_hash() {
    let error = block_error_after(|document| document["block"]["gasUsed"] = json!("0x1"));
    assert!(
        matches!(&error, BlockError::Mismatch { field, .. } if *field == "block.hash"),
        "{error:?}"
    );
}

#[test]
fn damaged_rlp_is_an_error() {
    let error = block_error_after(|document| {
        without(document, "block");
        document["blockRlp"] = json!("0xf90102");
    });
    assert!(matches!(error, BlockError::Rlp(_)), "{error:?}");
}

#[test]
fn a_chain_without_schedule_is_named() {
    let error = block_error_after(|document| document["chainId"] = json!(424_242));
    assert_eq!(error.to_string(), "chain 424242 has no known fork schedule");
}

/// Returns the fixture without transactions and with the rules of another chain.
fn on_another_chain(config: Value) -> Result<Fixture, FixtureError> {
    let mut document = document();
    document["chainId"] = json!(424_242);
    document["config"] = config;
    document["block"]["transactions"] = json!([]);
    without(&mut document["block"], "hash");
    without(&mut document["block"], "transactionsRoot");
    Fixture::from_json(document.to_string().as_bytes())
}

#[test]
fn a_fixture_may_have_the_rules_of_its_chain() {
    let rules = |until: &str| {
        let mut config = json!({
            "chainId": 424_242, "londonBlock": 0, "terminalTotalDifficulty": 0, "shanghaiTime": 0,
            "cancunTime": 0, "pragueTime": 0,
        });
        config[until] = Value::Null;
        let block = on_another_chain(config).unwrap().block;
        let spec = block
            .schedule
            .spec(block.header.number, block.header.timestamp);
        (block.chain_id, spec)
    };
    assert_eq!(rules("pragueTime"), (424_242, SpecId::CANCUN));
    assert_eq!(rules("nothing"), (424_242, SpecId::PRAGUE));
}

#[test]
fn rules_without_the_merge_are_an_error() {
    let config = json!({ "chainId": 424_242, "terminalTotalDifficulty": 7 });
    let error = on_another_chain(config).unwrap_err();
    assert!(matches!(error, FixtureError::Config(_)), "{error:?}");
}

#[test]
fn code_with_another_hash_is_an_error() {
    let error = error_after(|document| {
        let accounts = document["preState"].as_object_mut().unwrap();
        let (_, account) = accounts
            .iter_mut()
            .find(|(_, account)| account.get("code").is_some())
            .unwrap();
        account["codeHash"] =
            json!("0x1111111111111111111111111111111111111111111111111111111111111111");
    });
    assert!(
        matches!(error, FixtureError::CodeMismatch { .. }),
        "{error:?}"
    );
}

#[test]
fn absent_code_is_an_error_only_when_it_is_read() {
    let engine = engine();
    let original = document();
    let accounts = original["preState"].as_object().unwrap();
    let has_code_of_its_own = |address: &Value| {
        let code = accounts[address.as_str().unwrap()].get("code");
        code.is_some()
            && accounts
                .values()
                .filter(|one| one.get("code") == code)
                .count()
                == 1
    };
    let transactions = original["block"]["transactions"].as_array().unwrap();
    let (called_by, address) = transactions
        .iter()
        .map(|transaction| transaction["to"].clone())
        .enumerate()
        .find(|(_, address)| has_code_of_its_own(address))
        .unwrap();
    let mut document = original.clone();
    let account = &mut document["preState"][address.as_str().unwrap()];
    let code: Bytes = account["code"].as_str().unwrap().parse().unwrap();
    without(account, "code");
    account["codeHash"] = json!(keccak256(&code));
    let Fixture { block, state, .. } = engine
        .read_fixture(document.to_string().as_bytes())
        .unwrap();
    let error = engine
        .execute(&block, &state, &ExecuteOptions::default())
        .unwrap_err();
    let words = in_words(&error).to_lowercase();
    assert!(
        matches!(
            error,
            ExecuteError::StateUnavailable {
                index: Some(index),
                source: SourceError::CodeAbsent { .. },
            } if index <= called_by
        ),
        "{error:?}"
    );
    assert!(words.contains(address.as_str().unwrap()), "{words}");

    // An account that no transaction calls.
    let mut document = original;
    document["preState"]["0x00000000000000000000000000000000000000aa"] = json!({
        "balance": "0x1",
        "nonce": 1,
        "codeHash": "0x1111111111111111111111111111111111111111111111111111111111111111",
    });
    let Fixture { block, state, .. } = engine
        .read_fixture(document.to_string().as_bytes())
        .unwrap();
    let outcome = engine
        .execute(&block, &state, &ExecuteOptions::default())
        .unwrap();
    assert_eq!(outcome.gas_used, 2_056_821);
}

#[test]
fn an_invalid_transaction_is_named_and_the_engine_remains_usable() {
    let engine = Engine::new(2).unwrap();
    let Fixture { block, state, .. } = fixture::load(&engine, &path()).unwrap();
    let mut broken = block.clone();
    broken.transactions[9].env.nonce += 1;
    let error = engine
        .execute(&broken, &state, &ExecuteOptions::default())
        .unwrap_err();
    assert!(
        matches!(error, ExecuteError::InvalidTransaction { index: 9, .. }),
        "{error:?}"
    );
    broken.transactions[9].env.nonce -= 1;

    // One gas less than the block uses: a transaction near the end does not fit.
    let whole = engine
        .execute(&block, &state, &ExecuteOptions::default())
        .unwrap();
    broken.header.gas_limit = whole.gas_used - 1;
    let expected = whole
        .receipts
        .iter()
        .position(|receipt| {
            let before = receipt.cumulative_gas_used - receipt.gas_used;
            broken.transactions[receipt.index].env.gas_limit > broken.header.gas_limit - before
        })
        .unwrap();
    let error = engine
        .execute(&broken, &state, &ExecuteOptions::default())
        .unwrap_err();
    assert!(
        matches!(error, ExecuteError::BlockGasExceeded { index, .. } if index == expected),
        "{error:?}"
    );
    let outcome = engine
        .execute(&block, &state, &ExecuteOptions::default())
        .unwrap();
    assert_eq!(outcome.gas_used, 2_056_821);
}
