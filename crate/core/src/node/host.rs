//! What a host lends a node for one request.

use crate::{Engine, execute::timeline::Clock};
use std::{fmt, sync::atomic::AtomicBool};

/// What a host lends a node for one request.
#[derive(Clone, Copy)]
pub struct Host<'a> {
    /// Executes blocks.
    pub engine: &'a Engine,
    /// The time in milliseconds since the Unix epoch, from which blocks have theirs.
    pub now: u64,
    /// Measures how long a request takes. `None`: none takes too long.
    pub clock: Option<Clock<'a>>,
    /// True once nobody wants the answer any more. `None`: somebody always does.
    pub cancel: Option<&'a AtomicBool>,
}

impl fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("engine", &self.engine)
            .field("now", &self.now)
            .field("clock", &self.clock.is_some())
            .field("cancel", &self.cancel)
            .finish()
    }
}
