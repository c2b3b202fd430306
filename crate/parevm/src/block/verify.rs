//! Verification of declared hashes.

use super::BlockError;
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::B256;
use alloy_trie::root::ordered_trie_root;

/// Verifies that the declared hash equals the computed one, if both are known.
pub(super) fn equal(
    field: &'static str,
    declared: Option<B256>,
    computed: Option<B256>,
) -> Result<(), BlockError> {
    match (declared, computed) {
        (Some(declared), Some(computed)) if declared != computed => Err(BlockError::Mismatch {
            field,
            declared,
            computed,
        }),
        _ => Ok(()),
    }
}

/// Returns the root of the trie of withdrawals.
pub(super) fn withdrawals_root(withdrawals: impl Iterator<Item = Withdrawal>) -> B256 {
    ordered_trie_root(&withdrawals.collect::<Vec<_>>())
}
