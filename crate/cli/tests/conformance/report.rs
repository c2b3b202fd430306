//! Traces, reports and samples.

use super::{
    command::{Folder, conformance},
    fixture::{CASE, changed, fixture},
};
use parevm_testkit::data;
use serde_json::{Value, json};
use std::fs;

#[test]
fn one_case_is_traced() {
    let mut fixture = fixture();
    fixture["another"] = fixture[CASE].clone();
    let folder = Folder::new("trace").with("two.json", fixture.to_string());
    let output = conformance(&folder.0, &["--case", "another", "--trace"]);
    assert_eq!(output.last_line(), "1 passed, 0 failed, 0 skipped");
    let steps: Vec<Value> = output
        .out
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<_> = steps.iter().map(|step| &step["opName"]).collect();
    assert_eq!(names[..3], ["PUSH1", "PUSH1", "SSTORE"], "{}", output.out);

    let output = conformance(&folder.0, &["--case", "a third"]);
    assert_eq!(output.last_line(), "0 passed, 0 failed, 0 skipped");
    assert_eq!(output.code, Some(1));
}

#[test]
fn a_json_report_has_the_failures() {
    let folder = Folder::new("json")
        .with("cancun/bad.json", "[]")
        .with("cancun/valid.json", fixture().to_string())
        .with(
            "other.json",
            changed(
                "",
                json!({ "_info": { "fixture-format": "blockchain_test" } }),
            ),
        );
    let report = folder.0.join("report");
    let output = conformance(&folder.0, &["--json", report.to_str().unwrap()]);
    assert_eq!(
        output.last_line(),
        "1 passed, 1 failed, 1 skipped",
        "{}",
        output.err
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
    let output = conformance(&archive, &["--sample", "15", "--seed", "2"]);
    assert_eq!(output.code, Some(0), "{}{}", output.out, output.err);
    // Some cases are skipped.
    let passed = output.last_line().split_once(" passed, 0 failed, ");
    let passed: usize = passed.and_then(|(count, _)| count.parse().ok()).unwrap();
    assert!(passed > 200, "{passed}");
}
