//! Error of a saved chain.

/// Reason why a saved chain cannot be restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedChainError {
    /// A position names a block that is not among the saved blocks before it.
    #[error("there is no block {position} among the saved blocks")]
    MissingBlock {
        /// Position of the block, from zero.
        position: usize,
    },
    /// The branch of the head does not begin and end with an executed block, or has reserved blocks on no block.
    #[error("the branch of a saved chain is incomplete")]
    Branch,
    /// A block is not RLP.
    #[error("saved block {position} cannot be decoded")]
    Block {
        /// Position of the block, from zero.
        position: usize,
        /// Reason.
        source: alloy_rlp::Error,
    },
    /// A log has more than four topics.
    #[error("a log of saved block {position} has {topics} topics, at most 4 are allowed")]
    Topics {
        /// Position of the block, from zero.
        position: usize,
        /// Number of topics.
        topics: usize,
    },
}
