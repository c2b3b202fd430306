//! Shares of the threads' time.

use parevm_testkit::thread_time::ThreadTime;
use serde::Serialize;
use std::fmt;

/// Shares of the threads' time; their sum is 1.
#[derive(Debug, Serialize)]
pub(crate) struct TimeShares {
    /// In committed incarnations.
    #[serde(rename = "kept")]
    pub(crate) committed: f64,
    /// In aborted incarnations.
    #[serde(rename = "thrownAway")]
    pub(crate) aborted: f64,
    /// Outside of incarnations: validation, commit, start and end of a block, idle.
    #[serde(rename = "between")]
    pub(crate) outside: f64,
}

impl From<ThreadTime> for TimeShares {
    fn from(time: ThreadTime) -> Self {
        let all = time.total();
        Self {
            committed: time.committed / all,
            aborted: time.aborted / all,
            outside: time.outside / all,
        }
    }
}

impl fmt::Display for TimeShares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| share * 100.0;
        write!(
            f,
            "of the threads' time {:.0} % in committed incarnations, {:.0} % in aborted ones, \
             {:.0} % in none",
            percent(self.committed),
            percent(self.aborted),
            percent(self.outside)
        )
    }
}
