//! Limits of a request.

use crate::CallError;
use parevm::interrupt::Watch;
use std::fmt;

/// Limits of one request.
#[derive(Clone, Copy)]
pub struct CallLimits<'a> {
    /// Gas of one call. A request for more is capped. Default: 50,000,000.
    pub gas: u64,
    /// Bytes that the memory of a contract and of its callers may take together. Beyond it the request fails.
    /// Default: 4 GiB.
    pub memory: usize,
    /// Interrupts a request that takes too long. Default: none.
    pub watch: Option<Watch<'a>>,
}

impl CallLimits<'_> {
    /// Asks the watch, if any, whether the request may continue.
    ///
    /// # Errors
    ///
    /// [`CallError::Interrupted`]: it may not.
    pub fn ask(&self) -> Result<(), CallError> {
        match self.watch.and_then(|watch| watch()) {
            Some(interrupt) => Err(CallError::Interrupted(interrupt)),
            None => Ok(()),
        }
    }
}

impl Default for CallLimits<'_> {
    fn default() -> Self {
        Self {
            gas: 50_000_000,
            memory: u32::MAX as usize,
            watch: None,
        }
    }
}

impl fmt::Debug for CallLimits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallLimits")
            .field("gas", &self.gas)
            .field("memory", &self.memory)
            .field("watch", &self.watch.is_some())
            .finish()
    }
}
