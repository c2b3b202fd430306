//! The bindings of parevm to JavaScript: the only crate that knows it.

pub mod allocator;
mod engine;
mod host;
#[cfg(feature = "threads")]
mod threads;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: allocator::ThreadLists = allocator::ThreadLists;
