//! The flag that ends the running request.
//!
//! There is one per instance, because an engine runs one request at a time. It is cleared before a
//! request reaches the engine, never by it: an abort may come before the request has begun. With
//! threads the engine is blocked while a request runs, so the supervisor writes the flag's byte in
//! shared memory itself; in the single build the worker does it, by `rearm` and `cancel`.

use std::sync::atomic::AtomicBool;
#[cfg(not(feature = "threads"))]
use std::sync::atomic::Ordering;

use wasm_bindgen::prelude::wasm_bindgen;

/// True once the running request is to end.
// Relaxed everywhere: the flag carries no data.
pub(crate) static CANCEL: AtomicBool = AtomicBool::new(false);

/// Returns where the flag's byte lies in memory: 1 ends the running request.
#[wasm_bindgen(js_name = cancelAddress)]
pub fn cancel_address() -> usize {
    CANCEL.as_ptr() as usize
}

/// Clears the flag for the request that has arrived, where no other thread can write it.
#[cfg(not(feature = "threads"))]
#[wasm_bindgen]
pub fn rearm() {
    CANCEL.store(false, Ordering::Relaxed);
}

/// Ends the running request, where no other thread can write the flag.
#[cfg(not(feature = "threads"))]
#[wasm_bindgen]
pub fn cancel() {
    CANCEL.store(true, Ordering::Relaxed);
}
