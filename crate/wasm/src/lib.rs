//! Bindings of parevm to JavaScript: the only crate that knows JavaScript.
//!
//! Two builds come from here. With the feature `threads` the instances of several workers share one
//! memory: one worker owns the [`engine`], the others run its thread pool (`threads`) or answer reads beside it
//! (`reader`). Without it there is one worker, which yields to its event loop while it executes; helpers with
//! instances of their own join it where a block has an access list. `js/src/pool` starts and watches the workers.
//!
//! Two entries of the package come from here. `parevm` has the feature `full`: [`block`]s and the node of
//! [`development`]. `parevm/simulate` has neither.
//!
//! Results cross as plain data, errors as data of `error`. A panic is reported to the [`host`] and then
//! traps: the instance is lost, and so are all that share its memory.

#![deny(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

#[cfg(feature = "full")]
pub mod block;
pub mod call;
pub mod cancel;
mod clock;
#[cfg(feature = "full")]
pub mod development;
pub mod engine;
mod error;
pub mod host;
mod js_value;
pub mod node;
#[cfg(feature = "threads")]
mod published;
#[cfg(feature = "threads")]
pub mod reader;
mod reply;
#[cfg(feature = "testing")]
mod testing;
#[cfg(feature = "threads")]
#[allow(
    unsafe_code,
    reason = "memory is taken from the system allocator at once"
)]
pub mod threads;

use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: parevm_allocator::Allocator = parevm_allocator::Allocator;

/// Returns the version of the package.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Returns the bytes of the last refused allocation; 0 where none was.
#[wasm_bindgen(js_name = refusedBytes)]
pub fn refused_bytes() -> usize {
    parevm_allocator::refused_bytes()
}
