//! Ethereum node in memory: chain, transaction pool, mining and JSON-RPC.
//!
//! [`Node`] owns a [`Chain`] and answers JSON-RPC requests; [`rpc`] holds one method per file. This crate opens no
//! socket and reads no clock: [`node::Host`] brings time and randomness.
//!
//! Modules, lowest first; each uses only those above it in this list:
//!
//! | module | content |
//! |---|---|
//! | [`chain`] | blocks, their rules and states |
//! | `request` | parameters, results, errors and limits of a JSON-RPC request |
//! | `object` | blocks, transactions, receipts and logs as JSON-RPC returns them |
//! | [`pool`] | pending transactions |
//! | [`node`] | state of a node and its changes |
//! | [`rpc`] | methods, their table, and the dispatcher |

#![forbid(unsafe_code)]

pub mod chain;
pub mod node;
mod object;
pub mod pool;
mod request;
pub mod rpc;

pub use chain::Chain;
pub use node::Node;
