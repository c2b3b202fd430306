//! Host of a node: its engine, time, randomness and limits for one request.

use parevm::{Engine, execute::timeline::Clock};
use std::{fmt, sync::atomic::AtomicBool};

/// Resources of the host for one request.
#[derive(Clone, Copy)]
pub struct Host<'a> {
    /// Engine that executes blocks.
    pub engine: &'a Engine,
    /// Time in milliseconds since the Unix epoch, the clock of blocks.
    pub now: u64,
    /// Random bytes, different for each request: the source of ids of filters and subscriptions.
    pub entropy: [u8; 16],
    /// Clock that measures the duration of the request. `None`: no time limit.
    pub clock: Option<Clock<'a>>,
    /// Memory that the request may take. `None`: no memory limit.
    pub memory: Option<HostMemory<'a>>,
    /// Flag that cancels the request. `None`: it is never cancelled.
    pub cancel: Option<&'a AtomicBool>,
}

/// Memory of the host.
#[derive(Clone, Copy)]
pub struct HostMemory<'a> {
    /// Returns the bytes in use.
    pub in_use: &'a (dyn Fn() -> usize + Sync),
    /// Free bytes that a request may take. [`NodeLimits::memory`](super::NodeLimits::memory) may be less.
    pub free: usize,
}

impl fmt::Debug for HostMemory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostMemory")
            .field("free", &self.free)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("engine", &self.engine)
            .field("now", &self.now)
            .field("entropy", &self.entropy)
            .field("clock", &self.clock.is_some())
            .field("memory", &self.memory)
            .field("cancel", &self.cancel)
            .finish()
    }
}
