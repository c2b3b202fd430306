//! What one request may cost.

use parevm::Engine;
use parevm_simulate::{CallLimits, trace::TraceLimits};

/// What one request may cost.
#[derive(Clone, Copy, Debug)]
pub struct RequestLimits<'a> {
    /// Of a call that is tried. Its watch ends everything that takes too long.
    pub call: CallLimits<'a>,
    /// Of a trace.
    pub trace: TraceLimits<'a>,
    /// On whose threads calls run side by side. Default: they run one after the other.
    pub engine: Option<&'a Engine>,
    /// Bytes of the answer's JSON text. Default: any number.
    pub answer_bytes: usize,
}

impl Default for RequestLimits<'_> {
    fn default() -> Self {
        Self {
            call: CallLimits::default(),
            trace: TraceLimits::default(),
            engine: None,
            answer_bytes: usize::MAX,
        }
    }
}
