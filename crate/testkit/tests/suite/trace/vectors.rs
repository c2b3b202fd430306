//! Every tracer on geth's test cases.

use parevm::Engine;
use parevm_testkit::{
    conformance::{CaseOutcome, Setup, Suite, Verdict},
    data,
};
use std::fs;

#[test]
#[ignore = "needs outside data: tracers"]
fn tracers_have_the_results_of_geth() {
    let folder = data::outside("tracers").unwrap();
    let engine = Engine::new(1).unwrap();
    let setup = Setup {
        engine: &engine,
        executors: &[],
        only: None,
        trace: None,
        now: || 0.0,
    };
    let mut wrong = Vec::new();
    let mut passed = 0;
    for kind in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(kind.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.display().to_string();
            if !Suite::Tracers.reads(&name) {
                continue;
            }
            let mut report = |verdict: Verdict| match verdict.outcome {
                CaseOutcome::Passed => passed += 1,
                other => wrong.push(format!("{name}: {other:?}")),
            };
            Suite::Tracers.run(&name, &fs::read(&path).unwrap(), &setup, &mut report);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(passed, 62);
}
