//! Verdict on a case.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Verdict on a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Name of the case in the fixture; that of the file if it cannot be decoded.
    pub case: String,
    /// Outcome.
    #[serde(flatten)]
    pub outcome: CaseOutcome,
    /// Duration, in milliseconds.
    pub ms: f64,
}

/// CaseOutcome of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "lowercase")]
pub enum CaseOutcome {
    /// The engine agrees with the fixture.
    Passed,
    /// The engine differs: the first difference in words, with the expected and the found value.
    Failed(String),
    /// The case was not run, for this reason.
    Skipped(String),
    /// The host must validate the results with schemas, which this build lacks: results with their methods.
    Open(Value),
}

impl From<Result<(), String>> for CaseOutcome {
    /// An error is the first difference.
    fn from(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(difference) => Self::Failed(difference),
        }
    }
}

impl Verdict {
    /// Returns the verdict on a file that cannot be decoded.
    #[must_use]
    pub fn broken(file: &str, reason: impl Into<String>) -> Self {
        Self {
            case: file.to_owned(),
            outcome: CaseOutcome::Failed(reason.into()),
            ms: 0.0,
        }
    }
}

/// Numbers of cases, by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CaseCounts {
    /// Passed cases.
    pub passed: usize,
    /// Failed cases, with the files that cannot be decoded.
    pub failed: usize,
    /// Skipped cases.
    pub skipped: usize,
}

impl CaseCounts {
    /// Counts `outcome`.
    pub const fn count(&mut self, outcome: &CaseOutcome) {
        match outcome {
            CaseOutcome::Passed => self.passed += 1,
            // A case that the host has not validated counts as failed.
            CaseOutcome::Failed(_) | CaseOutcome::Open(_) => self.failed += 1,
            CaseOutcome::Skipped(_) => self.skipped += 1,
        }
    }

    /// Returns true if there are cases and none failed.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.failed == 0 && self.passed + self.skipped > 0
    }
}

impl std::fmt::Display for CaseCounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}
