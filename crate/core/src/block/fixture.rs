//! A block with its pre-state, as JSON.

use super::Block;
use crate::state::MemoryState;

/// A block with the state before it.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The block.
    pub block: Block,
    /// The state before it, as far as the fixture has it.
    pub state: MemoryState,
}

/// Why a fixture cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FixtureError {
    /// The text is not JSON, or ends early.
    #[error("not a JSON document")]
    Json(#[source] serde_json::Error),
}
