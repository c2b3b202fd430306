//! Verdicts on changed fixtures, with the difference in words.

use super::{
    command::{Folder, failure_beside_a_valid_fixture},
    fixture::{CASE, CONTRACT, MINER, SENDER, changed, fixture},
};
use serde_json::{Value, json};

/// Returns the failure of the fixture with `value` at `pointer`.
fn failure_of(test: &str, pointer: &str, value: Value) -> String {
    let folder = Folder::new(test).with("changed.json", changed(pointer, value));
    failure_beside_a_valid_fixture(folder, 1)
}

#[test]
fn a_difference_is_reported_in_words() {
    // The state root decides; the accounts explain the difference.
    let mut post = fixture()[CASE]["post"]["Shanghai"][0].clone();
    post["hash"] = json!("0x00000000000000000000000000000000000000000000000000000000000000ff");
    let output = |test: &str, post: &Value| failure_of(test, "/post/Shanghai/0", post.clone());
    let root = output("root", &post);
    assert!(
        root.contains("Shanghai 0: sequential: state root: expected 0x0000"),
        "{root}"
    );

    post["state"][CONTRACT]["storage"]["0x01"] = json!("0x06");
    let slot = output("slot", &post);
    let words = format!("account {CONTRACT}: slot 0x1: expected 6, found 5");
    assert!(slot.to_lowercase().contains(&words), "{slot}");

    post["state"][MINER]["balance"] = json!("0x01");
    let balance = output("balance", &post);
    let words = format!("account {MINER}: balance: expected 1, found 129318");
    assert!(balance.to_lowercase().contains(&words), "{balance}");

    let logs = json!("0x00000000000000000000000000000000000000000000000000000000000000ff");
    let logs = failure_of("logs", "/post/Shanghai/0/logs", logs);
    assert!(logs.contains("hash of the logs: expected 0x0000"), "{logs}");
}

#[test]
fn a_rejection_must_have_the_expected_reason() {
    let poor = json!("0x00");
    let unexpected = failure_of("unexpected", &format!("/pre/{SENDER}/balance"), poor);
    assert!(
        unexpected.contains("rejected: transaction 0 is invalid"),
        "{unexpected}"
    );

    let mut post = fixture()[CASE]["post"]["Shanghai"][0].clone();
    post["expectException"] = json!("TransactionException.INSUFFICIENT_ACCOUNT_FUNDS");
    let accepted = failure_of("accepted", "/post/Shanghai/0", post.clone());
    assert!(
        accepted.contains("the transaction was accepted"),
        "{accepted}"
    );

    // 21,000 gas suffice for a call without data: with data the limit is below the intrinsic gas.
    let mut fixture = fixture();
    fixture[CASE]["transaction"]["data"] = json!(["0xff"]);
    post["indexes"]["gas"] = json!(0);
    fixture[CASE]["post"]["Shanghai"][0] = post;
    let folder = Folder::new("reason").with("changed.json", fixture.to_string());
    let reason = failure_beside_a_valid_fixture(folder, 1);
    assert!(
        reason.contains("expected TransactionException.INSUFFICIENT_ACCOUNT_FUNDS, found:"),
        "{reason}"
    );
}
