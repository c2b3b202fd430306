//! Why a node cannot begin.

use crate::chain::GenesisError;
use parevm::block::OutOfRange;

/// Why a node cannot begin with these options.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// The genesis file is wrong.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// A number is out of its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// The mnemonic is none (BIP-39).
    #[error("the mnemonic is wrong")]
    Mnemonic(#[source] Box<dyn std::error::Error + Send + Sync>),
}
