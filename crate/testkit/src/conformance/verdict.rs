//! What became of a case.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The fixture's own name of the case; the file's name where the file cannot be used.
    pub case: String,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Time it took, in milliseconds.
    pub ms: f64,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "reason", rename_all = "lowercase")]
pub enum Outcome {
    /// Everything that the fixture says holds.
    Passed,
    /// Something does not: the first difference in words, with what was expected and what was found.
    Failed(String),
    /// It was not run, for this reason.
    Skipped(String),
    /// What it answers is bound by schemas, which this build leaves to its host: the results with their
    /// methods.
    Open(Value),
}

impl From<Result<(), String>> for Outcome {
    /// The first difference, if there was one.
    fn from(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(difference) => Self::Failed(difference),
        }
    }
}

impl Verdict {
    /// The verdict on a file that cannot be used.
    #[must_use]
    pub fn broken(file: &str, reason: impl Into<String>) -> Self {
        Self {
            case: file.to_owned(),
            outcome: Outcome::Failed(reason.into()),
            ms: 0.0,
        }
    }
}

/// Numbers of cases, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Cases that passed.
    pub passed: usize,
    /// Cases that failed, files that cannot be used among them.
    pub failed: usize,
    /// Cases that were not run.
    pub skipped: usize,
}

impl Tally {
    /// Counts one more.
    pub const fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            // Whoever leaves it open has failed to judge.
            Outcome::Failed(_) | Outcome::Open(_) => self.failed += 1,
            Outcome::Skipped(_) => self.skipped += 1,
        }
    }

    /// True when something was run or skipped, and nothing failed.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.failed == 0 && self.passed + self.skipped > 0
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}
