//! Why a chain cannot begin, or a block cannot be taken into it.

use super::Violation;
use alloy_primitives::B256;
use parevm::block::OutOfRange;
use parevm::{
    block::{BlockError, ConfigError},
    execute::ExecuteError,
};

/// Why a block was not taken into the chain, which is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The bytes are no block, or one of its hashes, signatures or transactions cannot be right.
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
    /// The block cannot be executed: mostly, a transaction is invalid.
    #[error("block {number} cannot be executed")]
    Execute {
        /// Height of the block.
        number: u64,
        /// Why.
        source: ExecuteError,
    },
}

/// Why a chain cannot begin with this genesis block.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenesisError {
    /// The state does not have the root that the header declares.
    #[error("stateRoot is declared as {declared}, the accounts have {computed}")]
    StateRoot {
        /// What the header says.
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
