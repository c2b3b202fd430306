//! Conformance suites: official test fixtures, decoded, executed and compared.
//!
//! A [`Suite`] reads one file and reports a [`Verdict`] for each case in it. This module opens no file, starts no thread,
//! reads no clock and prints nothing, so it runs natively and in wasm.
//!
//! A suite is one file here and one variant of [`Suite`]. [`alloc`] decodes and compares accounts, [`exception`] the
//! reasons for a rejection; skipped cases are in `skip.toml`.

pub mod alloc;
mod bal;
mod block_exception;
mod blockchain;
mod difference;
pub mod exception;
pub mod fixture;
pub mod forks;
mod generated;
mod precompiles;
pub mod rpc;
mod rules;
mod setup;
pub mod skip;
mod state;
mod state_transaction;
mod suite;
mod tracers;
mod verdict;
mod zkevm;

pub use setup::{Setup, TraceSink};
pub use suite::{Suite, UnknownSuite};
pub use verdict::{CaseCounts, CaseOutcome, Verdict};
