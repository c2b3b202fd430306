//! Shared parts of tests and benchmarks: fixture files, seeded workloads, the reference loop of plain revm,
//! measurements, and comparison of outcomes in words.

#![forbid(unsafe_code)]

mod assembler;
pub mod compare;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod conversation;
mod corrected_cache;
pub mod data;
mod draft_block;
pub mod fixture;
pub mod fuzz;
pub mod measurement;
mod program;
pub mod random;
pub mod reference;
pub mod scripted_contract;
pub mod signed;
pub mod signer;
pub mod thread_time;
pub mod workload;

/// Build of the engine that this crate uses.
pub use parevm;
