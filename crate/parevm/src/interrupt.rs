//! Who may end a run before it ends itself.

use std::time::Duration;

/// Why a run was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interrupt {
    /// It took longer than it may.
    #[error("the run took longer than {} ms", limit.as_millis())]
    Time {
        /// How long it may take.
        limit: Duration,
    },
    /// It took more memory than it may.
    #[error("the run took more than {limit} bytes of memory")]
    Memory {
        /// Bytes that it may take.
        limit: usize,
    },
    /// The caller wants no result any more.
    #[error("the run was cancelled")]
    Cancelled,
}

impl Interrupt {
    /// The code of JSON-RPC: -32016 for the time, -32005 for the memory (EIP-1474), else -32000.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Time { .. } => -32_016,
            Self::Memory { .. } => -32_005,
            Self::Cancelled => -32_000,
        }
    }
}

/// Asked again and again while something runs; an answer ends the run.
///
/// It is asked once per call frame, every 1,024 instructions and every 100,000 gas, on the threads that run. A loop
/// whose length a client decides asks it in each turn.
pub type Watch<'a> = &'a (dyn Fn() -> Option<Interrupt> + Sync);

/// A [`Watch`] that allows `limit` from now on. `clock` tells nanoseconds since any moment.
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

/// A [`Watch`] that allows `limit` bytes more than are in use now. `in_use` tells how many are.
pub fn memory_limit(in_use: impl Fn() -> usize, limit: usize) -> impl Fn() -> Option<Interrupt> {
    let start = in_use();
    move || {
        let taken = in_use().saturating_sub(start);
        (taken > limit).then_some(Interrupt::Memory { limit })
    }
}
