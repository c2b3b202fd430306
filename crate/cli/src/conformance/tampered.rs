//! Official fixtures that are made wrong must fail, with what is wrong in words.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

use super::{files, sample::Sample};
use parevm::{Engine, Executor};
use parevm_testkit::{
    conformance::{Outcome, Setup, Suite},
    data,
};

/// Returns the text of the file whose name ends with `name` in an archive of the repository.
fn text(suite: Suite, archive: &str, name: &str) -> String {
    let path = data::embedded(archive);
    let all = Sample {
        percent: 100.0,
        seed: 0,
    };
    let mut text = None;
    files::walk(&path, suite, all, &mut |found| {
        if found.name.ends_with(name) {
            text = found.file.and_then(files::File::read).ok();
        }
    });
    String::from_utf8(text.unwrap_or_else(|| panic!("{archive} has no {name}"))).unwrap()
}

/// Why the first case fails that does.
fn failure(suite: Suite, text: &str) -> Option<String> {
    let engine = Engine::new(2).ok()?;
    let setup = Setup {
        engine: &engine,
        executors: &[Executor::Sequential, Executor::Optimistic],
        only: None,
        trace: None,
        now: || 0.0,
    };
    let mut reason = None;
    suite.run("file", text.as_bytes(), &setup, &mut |verdict| {
        if let (None, Outcome::Failed(words)) = (&reason, verdict.outcome) {
            reason = Some(words);
        }
    });
    reason
}

/// Replaces `from`, which must be there, and expects a failure that says `words`.
fn fails(suite: Suite, text: &str, (from, to): (&str, &str), words: &str) {
    let tampered = text.replacen(from, to, 1);
    assert_ne!(tampered, text, "{from} is not there");
    let reason = failure(suite, &tampered);
    assert!(
        reason.as_ref().is_some_and(|reason| reason.contains(words)),
        "{from} to {to}: expected {words:?}, found {reason:?}"
    );
}

#[test]
fn a_wrong_list_fails() {
    let archive = "bal.tar.xz";
    let valid = text(Suite::Bal, archive, "/bal_empty_block_no_coinbase.json");
    assert_eq!(failure(Suite::Bal, &valid), None);
    let list = valid.find("blockAccessList\"").unwrap_or_default();
    let (head, list) = valid.split_at(list);
    for (change, words) in [
        (("\"0x200b\"", "\"0x200c\""), "hash"),
        (("\"storageReads\"", "\"storageRead\""), "storageReads"),
        (("\"0x200b\"", "true"), "32 byte hex string"),
    ] {
        let tampered = list.replacen(change.0, change.1, 1);
        assert_ne!(tampered, list);
        let reason = failure(Suite::Bal, &format!("{head}{tampered}"));
        assert!(
            reason.as_ref().is_some_and(|reason| reason.contains(words)),
            "{change:?}: {reason:?}"
        );
    }
    let expected = "\"expectException\": \"BlockException.INVALID_BLOCK_ACCESS_LIST\", \"rlp\": ";
    let change = ("\"rlp\": ", expected);
    fails(Suite::Bal, &valid, change, "the list was accepted");
}

#[test]
fn a_list_that_is_refused_for_another_reason_fails() {
    let archive = "bal.tar.xz";
    let name = "/bal_invalid_duplicate_account.json";
    let invalid = text(Suite::Bal, archive, name);
    assert_eq!(failure(Suite::Bal, &invalid), None);
    let change = ("INCORRECT_BLOCK_FORMAT", "INVALID_BAL_HASH");
    fails(Suite::Bal, &invalid, change, "occurs more than once");
    let change = ("\"expectException\"", "\"noException\"");
    fails(Suite::Bal, &invalid, change, "occurs more than once");
}

#[test]
fn a_wrong_witness_fails() {
    let archive = "zkevm.tar.xz";
    let name = "/witness_headers_empty_block.json";
    let valid = text(Suite::Zkevm, archive, name);
    assert_eq!(failure(Suite::Zkevm, &valid), None);
    // A byte of the first leaf: its branch no longer finds it.
    let change = ("f869a0209d57", "f869a0209d58");
    fails(Suite::Zkevm, &valid, change, "nodes of the state");
    let change = ("\"headers\": [", "\"headers\": [\"0xc0\",");
    fails(Suite::Zkevm, &valid, change, "header");
    // The witness is said to lack something.
    let change = ("0010100000000000000\"", "0000100000000000000\"");
    fails(Suite::Zkevm, &valid, change, "something is missing");
}

#[test]
fn other_rules_need_a_reason() {
    let archive = "zkevm.tar.xz";
    let other = text(Suite::Zkevm, archive, "/witness_codes_extcodesize.json");
    assert_eq!(failure(Suite::Zkevm, &other), None);
    let change = ("tests/amsterdam/eip8025", "tests/amsterdan/eip8025");
    fails(Suite::Zkevm, &other, change, "plain revm: gas used");
}
