//! Shares of the threads' time.

use parevm_testkit::spent::Spent;
use serde::Serialize;
use std::fmt;

/// Shares of the threads' time; their sum is 1.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shares {
    /// In committed incarnations.
    pub(crate) kept: f64,
    /// In aborted incarnations.
    pub(crate) thrown_away: f64,
    /// Outside of incarnations: validation, commit, start and end of a block, idle.
    pub(crate) between: f64,
}

impl From<Spent> for Shares {
    fn from(spent: Spent) -> Self {
        let all = spent.all();
        Self {
            kept: spent.kept / all,
            thrown_away: spent.thrown_away / all,
            between: spent.between / all,
        }
    }
}

impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| share * 100.0;
        write!(
            f,
            "of the threads' time {:.0} % in committed incarnations, {:.0} % in aborted ones, \
             {:.0} % in none",
            percent(self.kept),
            percent(self.thrown_away),
            percent(self.between)
        )
    }
}
