//! State before and after a block.
//!
//! [`StateSource`] is what executors read, [`MemoryState`] the source that lies in memory, [`StateDiff`] what a
//! block changed, [`Overlay`] a source with changes on top, [`ProvenState`] one that a witness proves.

mod bundle;
mod cached;
mod changed;
mod code;
pub mod diff;
pub mod memory;
pub mod overlay;
pub mod proven;
pub mod root;
pub mod source;
mod trie;
mod trie_root;
mod trie_state;
pub mod witness;

pub use changed::Changed;

pub use code::bytecode_of;
pub use diff::{AccountChange, StateDiff};
pub use memory::MemoryState;
pub use overlay::Overlay;
pub use proven::{ProvenState, RecomputedRoot, WitnessError};
pub use root::state_root;
pub use source::{Account, SourceError, StateKey, StateSource};
pub use trie_state::TrieState;
pub use witness::Witness;
