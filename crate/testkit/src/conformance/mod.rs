//! Official test fixtures: decodes them, runs their cases and says what differs.
//!
//! A [`Suite`] reads one file and reports a [`Verdict`] for each case in it. Everything around that
//! is the host's: this module opens no file, starts no thread, reads no clock and prints nothing, so
//! it runs in wasm as it does natively.
//!
//! A suite is one file here and one line in [`Suite`]. Accounts are read and compared by [`alloc`],
//! reasons for a rejection by [`exception`]; a case that is not run stands in `skip.toml`.

pub mod alloc;
mod bal;
mod block_exception;
mod blockchain;
mod difference;
pub mod exception;
pub mod fixture;
pub mod forks;
mod made;
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
pub use verdict::{Outcome, Tally, Verdict};
