//! Differential fuzzing: blocks from a seed, run in every way there is and compared.
//!
//! - [`made`]: random blocks; [`mutate`]: blocks of a chain, spoilt. Both give a [`Case`];
//! - [`Oracle`] runs a case in every way and tells the first difference;
//! - [`shrink`] makes a case that shows a difference small;
//! - [`Decoder`] reads bytes that are [`spoilt`](bytes::spoil).
//!
//! No files, no clock but the one of the caller, no printing.

mod appeal;
pub mod bytes;
mod case;
mod decoder;
mod digest;
mod mutation;
mod oracle;
mod shrink;

pub use case::{Case, fork_of, made, made_under};
pub use decoder::{Decoder, Reading};
pub use digest::digest;
pub use mutation::mutate;
pub use oracle::{Counts, Finding, Oracle};
pub use shrink::shrink;
