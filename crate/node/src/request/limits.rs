//! Limits of a request.

use parevm::Engine;
use parevm_simulate::{CallLimits, trace::TraceLimits};

/// Limits of a request.
#[derive(Clone, Copy, Debug)]
pub struct RequestLimits<'a> {
    /// Limits of a call. Its watch interrupts the whole request.
    pub call: CallLimits<'a>,
    /// Limits of a trace.
    pub trace: TraceLimits<'a>,
    /// Engine whose threads run calls in parallel. Default: calls run sequentially.
    pub engine: Option<&'a Engine>,
    /// Maximum length of the result's JSON text in bytes. Default: unlimited.
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
