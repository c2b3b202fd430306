//! Parts of the time of an engine's threads.

use parevm_testkit::thread_time::ThreadTime;
use serde::Serialize;
use std::fmt;

/// Parts of the threads' time, which are 1 together.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shares {
    /// In runs whose result counts.
    pub(crate) kept: f64,
    /// In runs on a wrong guess.
    pub(crate) thrown_away: f64,
    /// In no run.
    pub(crate) between: f64,
}

impl From<ThreadTime> for Shares {
    fn from(time: ThreadTime) -> Self {
        let all = time.total();
        Self {
            kept: time.committed / all,
            thrown_away: time.aborted / all,
            between: time.outside / all,
        }
    }
}

impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| share * 100.0;
        write!(
            f,
            "of the threads' time {:.0} % in runs that count, {:.0} % in runs on a wrong guess, \
             {:.0} % in none",
            percent(self.kept),
            percent(self.thrown_away),
            percent(self.between)
        )
    }
}
