//! The flags that end running requests.
//!
//! There is one for the engine and one for each reader, because each runs one request at a time. It is
//! cleared before a request reaches its worker, never by it: an abort may come before the request has
//! begun. With threads the worker is blocked while a request runs, so the supervisor writes the flag's byte
//! in shared memory itself; in the single build the worker does it, by `rearm` and `cancel`.

use std::sync::atomic::AtomicBool;
#[cfg(not(feature = "threads"))]
use std::sync::atomic::Ordering;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::allocator::MOST_READERS;

/// True once the running request of the engine is to end.
// Relaxed everywhere: the flag carries no data.
pub(crate) static CANCEL: AtomicBool = AtomicBool::new(false);

/// The same for the requests of readers.
static OF_READERS: [AtomicBool; MOST_READERS] = [const { AtomicBool::new(false) }; MOST_READERS];

/// The flag of a reader, counted from 0. One that there cannot be has that of the engine.
pub(crate) fn of_reader(reader: usize) -> &'static AtomicBool {
    OF_READERS.get(reader).unwrap_or(&CANCEL)
}

/// Returns where the flag's byte lies in memory: 1 ends the running request of a reader, or of the engine
/// where none is named.
#[wasm_bindgen(js_name = cancelAddress)]
pub fn cancel_address(reader: Option<usize>) -> usize {
    reader.map_or(&CANCEL, of_reader).as_ptr() as usize
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
