//! Errors of a genesis block and of an import.

use super::Violation;
use alloy_primitives::B256;
use parevm::block::OutOfRange;
use parevm::{
    block::{BlockError, ConfigError},
    execute::ExecuteError,
};

/// Reason why a block was not imported. The chain is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The bytes are not a block, or one of its hashes, signatures or transactions is invalid.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// The chain does not hold the parent. Import that first.
    #[error("the parent {parent} of block {number} is not known")]
    UnknownParent {
        /// Height of the block.
        number: u64,
        /// Hash of the parent.
        parent: B256,
    },
    /// The block breaks a rule.
    #[error("block {number} is invalid")]
    Invalid {
        /// Height of the block.
        number: u64,
        /// The rule.
        source: Violation,
    },
    /// The block cannot be executed, usually because a transaction is invalid.
    #[error("block {number} cannot be executed")]
    Execute {
        /// Height of the block.
        number: u64,
        /// Reason.
        source: ExecuteError,
    },
}

/// Reason why a chain cannot start with a genesis block.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenesisError {
    /// The state does not have the root that the header declares.
    #[error("stateRoot is declared as {declared}, the accounts have {computed}")]
    StateRoot {
        /// Root in the header.
        declared: B256,
        /// Root of the accounts.
        computed: B256,
    },
    /// The header lacks a field of its fork, or has one of another.
    #[error("the header is invalid")]
    Header(#[from] Violation),
    /// A number is out of its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// The `config` cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
}
