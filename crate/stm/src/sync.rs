//! The only file that says `std` or `loom`: every lock, condition variable and
//! atomic of the protocol comes from here, so that loom can run all orders of
//! them (`RUSTFLAGS="--cfg parevm_loom"`).

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

/// Attempts before a worker sleeps for a lock: some microseconds of them. Locks
/// are held for some dozens of nanoseconds, and a sleep costs more than that by
/// far. std spins too, but counts on a pause that wasm does not have, so that it
/// sleeps nearly at once there.
const SPINS: u32 = if cfg!(parevm_loom) {
    1
} else if cfg!(target_arch = "wasm32") {
    1_000
} else {
    100
};

/// Locks `mutex`, also after a panic of another worker.
///
/// A poisoned lock is no reason to panic again: the run is stopped by the
/// panicking worker's guard and its result is thrown away.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    for _ in 0..SPINS {
        if let Ok(guard) = mutex.try_lock() {
            return guard;
        }
        std::hint::spin_loop();
    }
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
