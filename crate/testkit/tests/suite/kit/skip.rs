//! Skipped cases.

use parevm_testkit::conformance::skip::read;

#[test]
fn every_skip_has_a_case_and_a_reason() {
    let skips = read().unwrap();
    assert!(!skips.is_empty());
    for skip in skips {
        assert!(!skip.case.is_empty() && skip.reason.len() > 20, "{skip:?}");
    }
}
