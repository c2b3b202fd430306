//! Limits of a trace.

use parevm::interrupt::Watch;
use std::fmt;

/// Limits of one trace.
#[derive(Clone, Copy)]
pub struct TraceLimits<'a> {
    /// Interrupts a trace that takes too long. Default: none.
    pub watch: Option<Watch<'a>>,
    /// Approximate bytes that the tracers may record. Results and their JSON take a small multiple of
    /// it. Default: 64 MiB.
    pub recorded_bytes: usize,
}

impl Default for TraceLimits<'_> {
    fn default() -> Self {
        Self {
            watch: None,
            recorded_bytes: 64 << 20,
        }
    }
}

impl fmt::Debug for TraceLimits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceLimits")
            .field("watch", &self.watch.is_some())
            .field("recorded_bytes", &self.recorded_bytes)
            .finish()
    }
}
