//! Flags that cancel running requests.
//!
//! The engine and each reader have one, because each runs one request at a time. It is cleared before a request
//! reaches its worker, never by the worker: an abort may arrive before the request starts. With threads the worker
//! is blocked while a request runs, so the supervisor writes the flag's byte in shared memory itself; in the single
//! build the worker does it, by `rearm` and `cancel`.

use std::sync::atomic::AtomicBool;
#[cfg(not(feature = "threads"))]
use std::sync::atomic::Ordering;

use wasm_bindgen::prelude::wasm_bindgen;

use parevm_allocator::MAX_READERS;

/// True once the running request of the engine is cancelled.
// Relaxed everywhere: the flag carries no data.
pub(crate) static CANCEL: AtomicBool = AtomicBool::new(false);

/// Flags of the readers.
static OF_READERS: [AtomicBool; MAX_READERS] = [const { AtomicBool::new(false) }; MAX_READERS];

/// Returns the flag of a reader, counted from 0; that of the engine where there is no such reader.
pub(crate) fn of_reader(reader: usize) -> &'static AtomicBool {
    OF_READERS.get(reader).unwrap_or(&CANCEL)
}

/// Returns the address of the flag of a reader, or of the engine where none is named. The value 1 cancels the running
/// request.
#[wasm_bindgen(js_name = cancelAddress)]
pub fn cancel_address(reader: Option<usize>) -> usize {
    reader.map_or(&CANCEL, of_reader).as_ptr() as usize
}

/// Clears the flag for a new request, where no other thread can write it.
#[cfg(not(feature = "threads"))]
#[wasm_bindgen]
pub fn rearm() {
    CANCEL.store(false, Ordering::Relaxed);
}

/// Cancels the running request, where no other thread can write the flag.
#[cfg(not(feature = "threads"))]
#[wasm_bindgen]
pub fn cancel() {
    CANCEL.store(true, Ordering::Relaxed);
}
