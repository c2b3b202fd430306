//! Locks, condition variables and atomics of the protocol, from `std` or from `loom`. No other file
//! imports them, so that loom can run all their orders (`RUSTFLAGS="--cfg parevm_loom"`).

#[cfg(not(parevm_loom))]
pub(crate) use std::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
};

#[cfg(parevm_loom)]
pub(crate) use loom::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
};

// The arena publishes its chunks through `OnceLock`, which loom does not model.
pub(crate) use std::sync::OnceLock;
use std::sync::PoisonError;

/// Attempts before a worker blocks on a lock: some microseconds of them. Locks are held for some
/// dozens of nanoseconds, and to block costs far more. std spins too, but relies on a pause
/// instruction that wasm lacks, so that it blocks nearly at once there.
const SPINS: u32 = if cfg!(parevm_loom) {
    1
} else if cfg!(target_arch = "wasm32") {
    1_000
} else {
    100
};

/// Locks `mutex`, also after a panic of another worker.
///
/// A poisoned lock is no reason to panic again: the panicking worker's guard stops the execution,
/// and its result is discarded.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    for _ in 0..SPINS {
        if let Ok(guard) = mutex.try_lock() {
            return guard;
        }
        std::hint::spin_loop();
    }
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
