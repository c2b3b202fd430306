//! Options of a report.

use super::Prices;
use parevm::Engine;

/// Options of a report.
#[derive(Clone, Copy, Debug)]
pub struct ReportOptions<'a> {
    /// Engine that executes the calls of a bundle in parallel. Default: none, the calls execute in order.
    pub engine: Option<&'a Engine>,
    /// Approximate bytes of calls and logs that may be recorded. The report takes a small multiple of it. Default:
    /// 64 MiB.
    pub recorded_bytes: usize,
    /// Base fees for the cost of calls without a price. Default: those of the simulation's block.
    pub prices: Option<Prices>,
}

impl Default for ReportOptions<'_> {
    fn default() -> Self {
        Self {
            engine: None,
            recorded_bytes: 64 << 20,
            prices: None,
        }
    }
}
