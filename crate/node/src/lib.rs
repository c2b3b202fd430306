//! An Ethereum node in memory: chain, transaction pool, mining and JSON-RPC.
//!
//! [`Node`] owns a [`Chain`] and answers JSON-RPC requests; [`rpc`] holds one method per file. This crate opens no
//! socket and reads no clock: [`node::Host`] brings time and randomness.

#![forbid(unsafe_code)]

pub mod chain;
pub mod node;
pub mod rpc;

pub use chain::Chain;
pub use node::Node;
