//! Blocks, transactions, receipts and logs as JSON-RPC returns them, in alloy's types.

pub(crate) mod block;
pub(crate) mod log;
pub(crate) mod pending;
pub(crate) mod receipt;
pub(crate) mod transaction;
