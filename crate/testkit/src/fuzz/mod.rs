//! Differential fuzzing: blocks from a seed, executed in every way and compared.
//!
//! - [`generate`] generates random blocks, [`mutate`] mutates blocks of a chain; both return a [`Case`];
//! - [`Oracle`] executes a case in every way and returns the first difference;
//! - [`shrink`] reduces a case that shows a difference;
//! - [`Decoder`] decodes bytes that were [mutated](bytes::mutate).
//!
//! This module reads no file, has no clock of its own, and prints nothing.

pub mod bytes;
mod case;
mod decoder;
mod digest;
mod mutation;
mod oracle;
mod rejection;
mod shrink;

pub use case::{Case, fork_of, generate, generate_under};
pub use decoder::{Decoder, Reading};
pub use digest::digest;
pub use mutation::mutate;
pub use oracle::{Counts, Finding, Oracle};
pub use shrink::shrink;
