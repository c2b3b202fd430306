//! What a host lends a node for one request.

use super::{EventId, NodeLimits};
use crate::rpc::RequestLimits;
use parevm::{Engine, execute::timeline::Clock, interrupt::Watch};
use std::{fmt, sync::atomic::AtomicBool};

/// What a host lends a node for one request.
#[derive(Clone, Copy)]
pub struct Host<'a> {
    /// Executes blocks.
    pub engine: &'a Engine,
    /// The time in milliseconds since the Unix epoch, from which blocks have theirs.
    pub now: u64,
    /// Random bytes, other ones for each request. Filters and subscriptions have their ids from them.
    pub entropy: [u8; 16],
    /// Measures how long a request takes. `None`: none takes too long.
    pub clock: Option<Clock<'a>>,
    /// Measures how much memory a request takes. `None`: none takes too much.
    pub memory: Option<Memory<'a>>,
    /// True once nobody wants the answer any more. `None`: somebody always does.
    pub cancel: Option<&'a AtomicBool>,
}

/// The memory that a host has.
#[derive(Clone, Copy)]
pub struct Memory<'a> {
    /// Tells how many bytes are in use.
    pub in_use: &'a (dyn Fn() -> usize + Sync),
    /// Bytes that a request may take of what is left. [`NodeLimits::memory`](super::NodeLimits::memory)
    /// may be less.
    pub free: usize,
}

impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
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

/// What one request runs on, and what ends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestContext<'a> {
    pub(crate) engine: &'a Engine,
    /// The host's time in milliseconds since the Unix epoch.
    pub(crate) now: u64,
    /// Id of a filter or a subscription that the request opens.
    pub(crate) id: EventId,
    /// True if the request succeeded before, so that a filter which it polls is open.
    pub(crate) is_repeat: bool,
    pub(crate) limits: RequestLimits<'a>,
}

impl<'a> RequestContext<'a> {
    /// The context of a request that `host` serves within `limits`, which `watch` ends.
    pub(super) fn new(host: &Host<'a>, limits: &NodeLimits, watch: Watch<'a>) -> Self {
        Self {
            engine: host.engine,
            now: host.now,
            id: EventId::from_be_bytes(host.entropy),
            is_repeat: false,
            limits: limits.of_request(host, watch),
        }
    }
}
