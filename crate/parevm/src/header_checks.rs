//! Comparison of an outcome with the header of its block.

use crate::{block::HeaderCommitments, execute::BlockOutcome};
use alloy_primitives::B256;

/// Agreement of an outcome with each field of the header; `None` if the header or the outcome lacks the field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderChecks {
    /// Gas used.
    pub gas_used: Option<bool>,
    /// Root of the receipt trie.
    pub receipts_root: Option<bool>,
    /// Bloom over all logs.
    pub logs_bloom: Option<bool>,
    /// Hash of the requests.
    pub requests_hash: Option<bool>,
    /// Root of the state after the block.
    pub state_root: Option<bool>,
}

impl HeaderChecks {
    /// Compares `outcome` with `declared`. `state_root` is the root computed from a witness, if there is one.
    #[must_use]
    pub fn new(
        declared: &HeaderCommitments,
        outcome: &BlockOutcome,
        state_root: Option<B256>,
    ) -> Self {
        Self {
            gas_used: both(declared.gas_used, Some(outcome.gas_used)),
            receipts_root: both(declared.receipts_root, outcome.receipts_root),
            logs_bloom: both(declared.logs_bloom, Some(outcome.logs_bloom)),
            requests_hash: both(declared.requests_hash, outcome.requests_hash),
            state_root: both(declared.state_root, state_root),
        }
    }

    /// Returns true if no field differs.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        [
            self.gas_used,
            self.receipts_root,
            self.logs_bloom,
            self.requests_hash,
            self.state_root,
        ]
        .iter()
        .all(|check| *check != Some(false))
    }
}

fn both<T: PartialEq>(declared: Option<T>, computed: Option<T>) -> Option<bool> {
    Some(declared? == computed?)
}
