//! Error of the options of a node.

use crate::chain::GenesisError;
use parevm::block::OutOfRange;

/// Reason why a node cannot be created with its options.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// The genesis file is wrong.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// A number is out of its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// The mnemonic is invalid (BIP-39).
    #[error("the mnemonic is wrong")]
    Mnemonic(#[source] Box<dyn std::error::Error + Send + Sync>),
}
