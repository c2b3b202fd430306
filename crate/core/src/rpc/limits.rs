//! What one request may cost.

use crate::{Engine, interrupt::Watch, simulate::CallLimits, trace::TraceLimits};

/// What one request may cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestLimits<'a> {
    /// Of a call that is tried.
    pub call: CallLimits<'a>,
    /// Of a trace.
    pub trace: TraceLimits<'a>,
    /// On whose threads calls run side by side. Default: they run one after the other.
    pub engine: Option<&'a Engine>,
}

impl<'a> RequestLimits<'a> {
    /// The same, ended by `watch`.
    #[must_use]
    pub const fn watched(mut self, watch: Watch<'a>) -> Self {
        self.call.watch = Some(watch);
        self.trace.watch = Some(watch);
        self
    }
}
