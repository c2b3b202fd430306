//! What is told while files run.

use super::{lock, report::Report};
use std::{
    io::{IsTerminal, stderr},
    sync::{
        Mutex,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::Scope,
    time::Duration,
};

/// Tells the counts on stderr from time to time.
pub(super) struct Progress {
    /// Ends the telling when it is dropped.
    alive: Sender<()>,
}

impl Progress {
    pub(super) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        report: &'scope Mutex<Report>,
    ) -> Self {
        let (alive, ended) = mpsc::channel();
        // A file that keeps what is told grows slowly.
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
