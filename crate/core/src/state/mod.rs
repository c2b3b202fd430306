//! State before and after a block.
//!
//! [`StateSource`] is what executors read, [`MemoryState`] the source that lies in memory, [`StateDiff`] what a
//! block changed, [`Overlay`] a source with changes on top, [`ProvenState`] one that a witness proves.

mod cached;
mod changed;
pub mod diff;
pub mod memory;
pub mod overlay;
pub mod proven;
pub mod root;
pub mod source;
mod trie;
pub mod witness;

pub(crate) use changed::Changed;

pub use diff::{AccountChange, StateDiff};
pub use memory::MemoryState;
pub use overlay::Overlay;
pub use proven::{ProvenState, RecomputedRoot, WitnessError};
pub use root::state_root;
pub use source::{Account, SourceError, StateKey, StateSource};
pub use witness::Witness;
