//! The only file that says `std` or `loom`: every lock, condition variable and
//! atomic of the protocol comes from here, so that loom can run all orders of
//! them (`RUSTFLAGS="--cfg parevm_loom"`).

#[cfg(not(parevm_loom))]
pub(crate) use std::sync::{
    Condvar, Mutex, MutexGuard, RwLock,
    atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
};

#[cfg(parevm_loom)]
pub(crate) use loom::sync::{
    Condvar, Mutex, MutexGuard, RwLock,
    atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
};

// The arena publishes its chunks through `OnceLock`, which loom does not model.
pub(crate) use std::sync::{OnceLock, PoisonError};

/// Locks `mutex`, also after a panic of another worker.
///
/// A poisoned lock is no reason to panic again: the run is stopped by the
/// panicking worker's guard and its result is thrown away.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
