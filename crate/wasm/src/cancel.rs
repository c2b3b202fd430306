//! The flag that ends the running request.
//!
//! There is one per instance, because an engine runs one request at a time. The supervisor clears
//! it before each request. With threads the engine is blocked while a request runs, so the
//! supervisor writes the flag's byte in shared memory itself.

use std::sync::atomic::{AtomicBool, Ordering};

use wasm_bindgen::prelude::wasm_bindgen;

/// True once the running request is to end.
// Relaxed everywhere: the flag carries no data.
pub(crate) static CANCEL: AtomicBool = AtomicBool::new(false);

/// Returns where the flag's byte lies in memory: 1 ends the running request.
#[wasm_bindgen(js_name = cancelAddress)]
pub fn cancel_address() -> usize {
    CANCEL.as_ptr() as usize
}

/// Ends the running request, where no other thread can write the flag.
#[wasm_bindgen]
pub fn cancel() {
    CANCEL.store(true, Ordering::Relaxed);
}
