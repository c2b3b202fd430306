//! Block building, for the node, simulations and previews.
//!
//! [`BlockBuilder`] executes transactions on top of a parent and seals the block; [`ExecutedBlock`] is a sealed block
//! with its receipts and the state after it. Header rules that follow from the parent are in [`header`] and
//! [`difficulty`].

mod builder;
pub mod difficulty;
mod executed_block;
pub mod header;
mod receipt_roots;
mod seal;
mod select;

pub use builder::{BlockBuilder, BuiltBlock, Unfit, executable};
pub use difficulty::next_difficulty;
pub use executed_block::{ExecutedBlock, SentTransaction};
pub use header::{BlockAttributes, next_base_fee, next_excess_blob_gas, next_header};
pub use receipt_roots::receipt_roots;
pub use seal::{BlockResults, seal};
