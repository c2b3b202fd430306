//! Position of a traced transaction in its block.

use alloy_primitives::B256;

/// Position of a traced transaction in its block. A call that is in no block has the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracePosition {
    /// Hash of the block.
    pub block_hash: Option<B256>,
    /// Index of the transaction in the block.
    pub index: Option<usize>,
    /// Hash of the transaction.
    pub transaction_hash: Option<B256>,
    /// Height of the block; zero for a call.
    pub block_number: u64,
    /// Number of logs in the block before the transaction.
    pub first_log: u64,
}

impl TracePosition {
    /// Returns the position of a call that follows `first_log` logs of its block.
    #[must_use]
    pub fn after_logs(first_log: u64) -> Self {
        Self {
            first_log,
            ..Self::default()
        }
    }
}
