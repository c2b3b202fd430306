//! The bindings of parevm to JavaScript: the only crate that knows it.
//!
//! Two builds come from here. With the feature `threads` the instances of several workers share one
//! memory: one worker owns the [`engine`], the others lend themselves to its pool (`threads`) or answer reads
//! beside it (`reader`).
//! Without it there is one worker, which yields to its event loop while it executes; others with
//! instances of their own may help where a block has an access list (`chunk`). The workers
//! themselves are started and watched by `js/src/pool`.
//!
//! Results cross as the plain data of `wire`, errors as those of `error`. A panic is told to the
//! [`host`] and then traps: the instance is lost, and so are all that share its memory.

#![deny(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

#[allow(unsafe_code, reason = "memory is handed out by pointer")]
pub mod allocator;
pub mod cancel;
#[cfg(not(feature = "threads"))]
mod chunk;
mod clock;
mod encode;
pub mod engine;
mod error;
pub mod host;
mod listener;
pub mod node;
#[cfg(feature = "threads")]
pub mod reader;
#[cfg(feature = "testing")]
mod testing;
#[cfg(feature = "threads")]
#[allow(
    unsafe_code,
    reason = "memory is taken from the system allocator at once"
)]
pub mod threads;
mod wire;
mod wire_bal;
mod wire_number;
mod wire_timeline;

use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

/// Returns the version of the package.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
