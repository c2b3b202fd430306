//! The command `conformance`, on fixtures of our own and on a sample of the official ones.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use flate2::{Compression, write::GzEncoder};
use parevm_testkit::data;
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// A folder that is gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    /// An empty folder, named after the test.
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("parevm-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What the command said.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn last_line(&self) -> &str {
        self.out.lines().last().unwrap_or_default()
    }
}

fn conformance(folder: &Path, more: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_parevm-cli"))
        .args(["conformance", "--suite", "state", "--threads", "2", "--dir"])
        .arg(folder)
        .args(more)
        .output()
        .unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs a folder with one good fixture beside what is wrong, and returns what was said of that.
fn failure_beside_a_good_fixture(folder: Folder, failed: usize) -> String {
    let folder = folder.with("good.json", fixture().to_string());
    let said = conformance(&folder.0, &[]);
    let counts = format!("1 passed, {failed} failed, 0 skipped");
    assert_eq!(said.last_line(), counts, "{}", said.err);
    assert_eq!(said.code, Some(1));
    said.err
}

const SENDER: &str = "0x00000000000000000000000000000000000000aa";
const CONTRACT: &str = "0x00000000000000000000000000000000000000cc";
const MINER: &str = "0x00000000000000000000000000000000000000bb";
const CASE: &str = "a call that stores";
const ROOT: &str = "0x3662f5d5444274e2f7a29fff95ec4c3d3bb83c8298b98b51d2ca1242efab913f";

/// A call of a contract that stores 5 in slot 1 and logs nothing, under Shanghai.
fn fixture() -> Value {
    let account = |nonce: &str, balance: &str, code: &str, storage: Value| json!({ "nonce": nonce, "balance": balance, "code": code, "storage": storage });
    // PUSH1 5, PUSH1 1, SSTORE
    let code = "0x6005600155";
    let post = json!({
        "hash": ROOT,
        // keccak256 of the empty list
        "logs": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
        "indexes": { "data": 0, "gas": 1, "value": 0 },
        "state": {
            // 43,106 gas: 21,000, two pushes, and 22,100 for a cold slot that was zero. 10 wei each.
            SENDER: account("0x01", "0x056bc75e2d63096c25", "0x", json!({})),
            CONTRACT: account("0x01", "0x07", code, json!({ "0x01": "0x05" })),
            // 3 wei of each go to the miner: 7 are burnt.
            MINER: account("0x00", "0x01f926", "0x", json!({})),
        },
    });
    json!({ CASE: {
        "env": {
            "currentCoinbase": MINER,
            "currentGasLimit": "0x01c9c380",
            "currentNumber": "0x01",
            "currentTimestamp": "0x03e8",
            "currentDifficulty": "0x00",
            "currentBaseFee": "0x07",
            "currentRandom": "0x0000000000000000000000000000000000000000000000000000000000000000",
        },
        "pre": {
            SENDER: account("0x00", "0x056bc75e2d63100000", "0x", json!({})),
            CONTRACT: account("0x01", "0x00", code, json!({})),
        },
        "transaction": {
            "nonce": "0x00",
            "gasPrice": "0x0a",
            "gasLimit": ["0x5208", "0x0186a0"],
            "to": CONTRACT,
            "value": ["0x07"],
            "data": ["0x"],
            "sender": SENDER,
        },
        "post": { "Shanghai": [post] },
        "config": { "chainid": "0x01" },
    } })
}

/// The fixture, changed at a JSON pointer below its case.
fn changed(pointer: &str, value: Value) -> String {
    let mut fixture = fixture();
    *fixture[CASE].pointer_mut(pointer).unwrap() = value;
    fixture.to_string()
}

/// What is said of the fixture when it was changed so that it must fail.
fn failure_of(test: &str, pointer: &str, value: Value) -> String {
    let folder = Folder::new(test).with("changed.json", changed(pointer, value));
    failure_beside_a_good_fixture(folder, 1)
}

#[test]
fn a_difference_is_told_in_words() {
    // The root decides; the accounts say in words what differs.
    let mut post = fixture()[CASE]["post"]["Shanghai"][0].clone();
    post["hash"] = json!("0x00000000000000000000000000000000000000000000000000000000000000ff");
    let said = |test: &str, post: &Value| failure_of(test, "/post/Shanghai/0", post.clone());
    let root = said("root", &post);
    assert!(
        root.contains("Shanghai 0: sequential: state root: expected 0x0000"),
        "{root}"
    );

    post["state"][CONTRACT]["storage"]["0x01"] = json!("0x06");
    let slot = said("slot", &post);
    let words = format!("account {CONTRACT}: slot 0x1: expected 6, found 5");
    assert!(slot.to_lowercase().contains(&words), "{slot}");

    post["state"][MINER]["balance"] = json!("0x01");
    let balance = said("balance", &post);
    let words = format!("account {MINER}: balance: expected 1, found 129318");
    assert!(balance.to_lowercase().contains(&words), "{balance}");

    let logs = json!("0x00000000000000000000000000000000000000000000000000000000000000ff");
    let logs = failure_of("logs", "/post/Shanghai/0/logs", logs);
    assert!(logs.contains("hash of the logs: expected 0x0000"), "{logs}");
}

#[test]
fn a_rejection_must_be_for_the_reason_that_is_expected() {
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

    // 21,000 gas are enough for a call, not for what it does: the limit is below the intrinsic gas
    // only with data.
    let mut fixture = fixture();
    fixture[CASE]["transaction"]["data"] = json!(["0xff"]);
    post["indexes"]["gas"] = json!(0);
    fixture[CASE]["post"]["Shanghai"][0] = post;
    let folder = Folder::new("reason").with("changed.json", fixture.to_string());
    let reason = failure_beside_a_good_fixture(folder, 1);
    assert!(
        reason.contains("expected TransactionException.INSUFFICIENT_ACCOUNT_FUNDS, found:"),
        "{reason}"
    );
}

#[test]
fn a_broken_file_fails_and_the_run_goes_on() {
    let text = fixture().to_string();
    let nested = format!(
        "{{\"deep\": {}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let folder = Folder::new("broken")
        .with("binary.json", [0xff, 0x00, 0x80])
        .with("cut.json", &text[..text.len() / 2])
        .with("cut.json.gz", &gzip(text.as_bytes())[..100])
        .with("empty.json", "")
        .with("folder/list.json", "[1, 2]")
        .with("nested.json", nested)
        .with("nothing.json", "{}")
        .with(
            "number.json",
            changed("/env/currentNumber", json!("twelve")),
        )
        .with("shape.json", changed("/pre", json!([])))
        .with(
            "variant.json",
            changed("/post/Shanghai/0/indexes/gas", json!(2)),
        )
        .with("fork.json", changed("/post", json!({ "Atlantis": [{}] })));
    let said = failure_beside_a_good_fixture(folder, 11);
    for words in [
        "FAILED binary.json: binary.json\n  no fixture file:",
        "FAILED cut.json: cut.json\n  no fixture file: EOF",
        "FAILED cut.json.gz: cut.json.gz\n  cannot be read:",
        "FAILED empty.json: empty.json\n  no fixture file: EOF",
        "FAILED folder/list.json: folder/list.json\n  no fixture file: invalid type",
        "FAILED nested.json: deep\n  ",
        "FAILED nothing.json: nothing.json\n  holds no case",
        "FAILED number.json: a call that stores\n  env.currentNumber:",
        "FAILED shape.json: a call that stores\n  pre:",
        "FAILED variant.json: a call that stores\n  Shanghai 0: transaction.gasLimit has no variant 2",
        "FAILED fork.json: a call that stores\n  post.Atlantis[0]: missing field",
    ] {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
}

#[test]
fn a_file_that_unpacks_to_very_much_is_not_read_to_its_end() {
    let folder = Folder::new("huge").with("huge.json.gz", gzip(&vec![b' '; (1 << 27) + 1]));
    let said = failure_beside_a_good_fixture(folder, 1);
    assert!(said.contains("has more than 134217728 bytes"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_and_a_circle_of_links_fail() {
    let folder = Folder::new("links").with("one/two/good.json", fixture().to_string());
    std::os::unix::fs::symlink("/nowhere/at/all", folder.0.join("gone.json")).unwrap();
    std::os::unix::fs::symlink(folder.0.join("one"), folder.0.join("one/two/again")).unwrap();
    let said = conformance(&folder.0, &[]);
    assert_eq!(
        said.last_line(),
        "1 passed, 2 failed, 0 skipped",
        "{}",
        said.err
    );
    assert_eq!(said.code, Some(1));
}

#[test]
fn where_nothing_is_found_the_command_fails() {
    let folder = Folder::new("nothing").with("README.md", "no fixture");
    let said = conformance(&folder.0, &[]);
    assert_eq!(said.last_line(), "0 passed, 0 failed, 0 skipped");
    assert_eq!(
        (said.code, said.err.as_str()),
        (Some(1), "error: no case was found\n")
    );

    let said = conformance(&folder.0.join("nowhere"), &[]);
    assert_eq!(said.last_line(), "0 passed, 1 failed, 0 skipped");
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("cannot be read"), "{}", said.err);
}

#[test]
fn an_archive_is_read_and_what_else_is_in_it_fails() {
    let text = fixture().to_string();
    let files: [(&str, &[u8]); 3] = [
        ("state/good.json", text.as_bytes()),
        ("state/good.json.gz", &gzip(text.as_bytes())),
        ("README.md", b"no fixture"),
    ];
    let archive = tar(&files);
    let folder = Folder::new("archive")
        .with("plain.tar", &archive)
        .with("packed.tar.gz", gzip(&archive))
        .with("cut.tar", &archive[..archive.len() / 2])
        .with("cut.tar.xz", [0xfd, b'7', b'z', b'X', b'Z', 0, 0]);
    let said = conformance(&folder.0, &[]);
    // Two good files in each whole archive, one and a part in the half; a README in each whole one, and
    // two archives that end too early.
    assert_eq!(
        said.last_line(),
        "5 passed, 5 failed, 0 skipped",
        "{}",
        said.err
    );
    assert_eq!(said.code, Some(1));
    for words in [
        "FAILED plain.tar/README.md: plain.tar/README.md\n  is no fixture file",
        "FAILED packed.tar.gz/README.md",
        "FAILED cut.tar/state/good.json.gz: cut.tar/state/good.json.gz\n  cannot be read",
        "FAILED cut.tar: cut.tar\n  the archive cannot be read",
        "FAILED cut.tar.xz: cut.tar.xz\n  the archive cannot be read",
    ] {
        assert!(said.err.contains(words), "{words:?} is not in {}", said.err);
    }
}

#[test]
fn one_case_is_traced() {
    let mut fixture = fixture();
    fixture["another"] = fixture[CASE].clone();
    let folder = Folder::new("trace").with("two.json", fixture.to_string());
    let said = conformance(&folder.0, &["--case", "another", "--trace"]);
    assert_eq!(said.last_line(), "1 passed, 0 failed, 0 skipped");
    let steps: Vec<Value> = said
        .out
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<_> = steps.iter().map(|step| &step["opName"]).collect();
    assert_eq!(names[..3], ["PUSH1", "PUSH1", "SSTORE"], "{}", said.out);

    let said = conformance(&folder.0, &["--case", "a third"]);
    assert_eq!(said.last_line(), "0 passed, 0 failed, 0 skipped");
    assert_eq!(said.code, Some(1));
}

#[test]
fn a_report_in_json_names_what_failed() {
    let folder = Folder::new("json")
        .with("cancun/bad.json", "[]")
        .with("cancun/good.json", fixture().to_string())
        .with(
            "other.json",
            changed(
                "",
                json!({ "_info": { "fixture-format": "blockchain_test" } }),
            ),
        );
    let report = folder.0.join("report");
    let said = conformance(&folder.0, &["--json", report.to_str().unwrap()]);
    assert_eq!(
        said.last_line(),
        "1 passed, 1 failed, 1 skipped",
        "{}",
        said.err
    );
    let text = fs::read(report).unwrap();
    let report: Value = serde_json::from_slice(&text).unwrap();
    let count = |name: &str| report[name].as_u64();
    assert_eq!(
        ["passed", "failed", "skipped", "files", "threads"].map(count),
        [Some(1), Some(1), Some(1), Some(3), Some(2)]
    );
    assert_eq!(report["suite"], "state");
    assert_eq!(report["build"], "native");
    assert_eq!(report["executors"], json!(["sequential", "parallel"]));
    assert_eq!(report["folders"]["cancun"]["passed"], 1);
    assert_eq!(report["failures"][0]["file"], "cancun/bad.json");
    assert_eq!(
        report["skips"][0]["reason"],
        "is a blockchain_test, not a state_test"
    );
}

#[test]
fn a_sample_of_the_official_state_tests_passes() {
    let archive = data::embedded("state.tar.xz");
    let said = conformance(&archive, &["--sample", "15", "--seed", "2"]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    // Some are skipped, each with its reason.
    let passed = said.last_line().split_once(" passed, 0 failed, ");
    let passed: usize = passed.and_then(|(count, _)| count.parse().ok()).unwrap();
    assert!(passed > 200, "{passed}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, name, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}
