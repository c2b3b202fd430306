//! Progress of a running suite.

use super::{lock, report::SuiteReport};
use std::{
    io::{IsTerminal, stderr},
    sync::{
        Mutex,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::Scope,
    time::Duration,
};

/// Thread that prints the counts on stderr periodically.
pub(super) struct ProgressPrinter {
    /// Ends the thread when it is dropped.
    alive: Sender<()>,
}

impl ProgressPrinter {
    pub(super) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        report: &'scope Mutex<SuiteReport>,
    ) -> Self {
        let (alive, ended) = mpsc::channel();
        // A redirected log grows slowly.
        let seconds = if stderr().is_terminal() { 1 } else { 15 };
        scope.spawn(move || {
            while ended.recv_timeout(Duration::from_secs(seconds)) == Err(RecvTimeoutError::Timeout)
            {
                err!("{}", lock(report).progress());
            }
        });
        Self { alive }
    }

    pub(super) fn stop(self) {
        drop(self.alive);
    }
}
