//! What a wrong vector is told.

use parevm::{Engine, Executor};
use parevm_testkit::conformance::{Outcome, Setup, Suite};

const EXECUTORS: [Executor; 3] = [Executor::Sequential, Executor::Optimistic, Executor::Bal];

/// The names and outcomes of all vectors in `text`, read as the file `file`.
fn outcomes(file: &str, text: &str) -> Vec<(String, Outcome)> {
    let engine = Engine::new(2);
    let engine = engine.as_ref().map_err(ToString::to_string);
    let mut outcomes = Vec::new();
    let setup = Setup {
        engine: engine.unwrap_or_else(|error| panic!("{error}")),
        executors: &EXECUTORS,
        only: None,
        trace: None,
        now: || 0.0,
    };
    Suite::Precompiles.run(file, text.as_bytes(), &setup, &mut |verdict| {
        outcomes.push((verdict.case, verdict.outcome));
    });
    outcomes
}

fn sum(name: &str, gas: u64, output: &str) -> String {
    format!(r#"{{"Name":"{name}","Input":"","Expected":"{output}","Gas":{gas}}}"#)
}

fn passed(name: &str) -> (String, Outcome) {
    (name.to_owned(), Outcome::Passed)
}

fn failed(name: &str, reason: &str) -> (String, Outcome) {
    (name.to_owned(), Outcome::Failed(reason.to_owned()))
}

#[test]
fn gas_and_output_of_a_call_are_exact() {
    // Two points of bn254 at infinity: their sum is there, too, and costs 150 gas from Istanbul on.
    let output = "00".repeat(64);
    let short = "00".repeat(63);
    let vectors = [
        sum("right", 150, &output),
        sum("less", 149, &output),
        sum("right", 150, &output),
        sum("more", 151, &output),
        sum("short", 150, &short),
    ];
    let gas = |expected| format!("Istanbul, sequential: gas used: expected {expected}, found 150");
    let bytes = format!("Istanbul, sequential: output: expected 0x{short}, found 0x{output}");
    assert_eq!(
        outcomes("a/bn256Add.json.gz", &format!("[{}]", vectors.join(","))),
        [
            passed("bn256Add/right"),
            failed("bn256Add/less", &gas(149)),
            passed("bn256Add/right"),
            failed("bn256Add/more", &gas(151)),
            failed("bn256Add/short", &bytes),
        ]
    );
}

#[test]
fn a_call_that_must_fail_fails_for_its_reason() {
    let vector = |name: &str, input: &str, reason: &str| {
        format!(r#"{{"Name":"{name}","Input":"{input}","ExpectedError":"{reason}"}}"#)
    };
    let flag = format!("{}02", "00".repeat(212));
    let right = vector("right", "", "invalid input length");
    let other = vector("other", &flag, "invalid input length");
    let well = vector("well", &"00".repeat(213), "invalid final flag");
    assert_eq!(
        outcomes("fail-blake2f.json", &format!("[{right},{other},{well}]")),
        [
            passed("fail-blake2f/right"),
            failed(
                "fail-blake2f/other",
                "Istanbul, sequential: reason: expected \"invalid input length\", found Blake2WrongFinalIndicatorFlag"
            ),
            failed(
                "fail-blake2f/well",
                "Istanbul, sequential: success: expected false, found true"
            ),
        ]
    );
}

#[test]
fn the_second_word_is_on_top() {
    let words = |x: u8, y: u8, expected: &str| {
        format!(r#"{{"X":"{x:02x}","Y":"{y:02x}","Expected":"{expected}"}}"#)
    };
    let [right, wrong] = [words(3, 5, "02"), words(5, 3, "02")];
    let found = outcomes("testcases_sub.json", &format!("[{right},{wrong}]"));
    assert_eq!(found[0], passed("testcases_sub/0"));
    let word = |last: &str, fill: &str| format!("0x{}{last}", fill.repeat(31));
    let reason = format!(
        "Frontier, sequential: result: expected {}, found {}",
        word("02", "00"),
        word("fe", "ff")
    );
    assert_eq!(found[1], failed("testcases_sub/1", &reason));
}

#[test]
fn a_file_that_cannot_be_used_is_one_failure() {
    let unknown = "no precompile and no opcode is called so";
    assert_eq!(outcomes("b.json", "[]"), [failed("b.json", unknown)]);
    for text in ["{}", "[1]", "[", r#"[{"X":"1","Y":"","Expected":""}]"#] {
        let found = outcomes("testcases_add.json", text);
        assert!(
            matches!(found.as_slice(), [(name, Outcome::Failed(_))] if name == "testcases_add.json"),
            "{text}: {found:?}"
        );
    }
    let empty = "holds no vector";
    let file = "testcases_add.json";
    assert_eq!(outcomes(file, "[]"), [failed(file, empty)]);
}
