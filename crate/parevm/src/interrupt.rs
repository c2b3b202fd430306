//! Interruption of a running execution: by time, by memory, or by the caller.

use std::time::Duration;

/// Reason for which an execution was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interrupt {
    /// The time limit was exceeded.
    #[error("the run took longer than {} ms", limit.as_millis())]
    Time {
        /// The time limit.
        limit: Duration,
    },
    /// The memory limit was exceeded.
    #[error("the run took more than {limit} bytes of memory")]
    Memory {
        /// The memory limit, in bytes.
        limit: usize,
    },
    /// The caller cancelled the execution.
    #[error("the run was cancelled")]
    Cancelled,
}

impl Interrupt {
    /// Returns the error code of JSON-RPC: -32016 for time, -32005 for memory (EIP-1474), else -32000.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Time { .. } => -32_016,
            Self::Memory { .. } => -32_005,
            Self::Cancelled => -32_000,
        }
    }
}

/// Function that is polled during an execution; a reason that it returns interrupts the execution.
///
/// The executing threads poll it once per call frame, every 1,024 instructions and every 100,000 gas. Loops whose length
/// a client controls poll it in each iteration.
pub type Watch<'a> = &'a (dyn Fn() -> Option<Interrupt> + Sync);

/// Returns a [`Watch`] that allows `limit` from now on. `clock` returns nanoseconds since a fixed moment.
///
/// # Example
///
/// ```
/// use parevm::interrupt::{Interrupt, time_limit};
/// use std::{
///     sync::atomic::{AtomicU64, Ordering::Relaxed},
///     time::Duration,
/// };
///
/// let now = AtomicU64::new(5);
/// let limit = Duration::from_nanos(10);
/// let watch = time_limit(|| now.load(Relaxed), limit);
/// now.store(15, Relaxed);
/// assert_eq!(watch(), None);
/// now.store(16, Relaxed);
/// assert_eq!(watch(), Some(Interrupt::Time { limit }));
/// ```
pub fn time_limit(clock: impl Fn() -> u64, limit: Duration) -> impl Fn() -> Option<Interrupt> {
    let start = clock();
    move || {
        let passed = Duration::from_nanos(clock().saturating_sub(start));
        (passed > limit).then_some(Interrupt::Time { limit })
    }
}

/// Returns a [`Watch`] that allows `limit` bytes more than are in use now. `in_use` returns the bytes in use.
pub fn memory_limit(in_use: impl Fn() -> usize, limit: usize) -> impl Fn() -> Option<Interrupt> {
    let start = in_use();
    move || {
        let taken = in_use().saturating_sub(start);
        (taken > limit).then_some(Interrupt::Memory { limit })
    }
}
