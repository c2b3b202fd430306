//! What tests and benchmarks share: fixture files, seeded workloads, the plain-revm baseline, its
//! times beside ours, and comparison of outcomes in words.

#![forbid(unsafe_code)]

mod admission;
mod assembler;
pub mod baseline;
pub mod compare;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod conversation;
pub mod data;
pub mod fixture;
pub mod fuzz;
pub mod measure;
mod mended;
mod program;
pub mod puppet;
pub mod random;
pub mod signed;
pub mod signer;
pub mod spent;
pub mod workload;

/// The build of the engine that everything here belongs to.
pub use parevm;
