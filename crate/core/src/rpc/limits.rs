//! What one request may cost.

use crate::{Engine, simulate::CallLimits, trace::TraceLimits};

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
