//! State before and after a block.
//!
//! [`StateSource`] is what executors read, [`MemoryState`] the source that lies in memory, [`StateDiff`] what a
//! block changed, [`Overlay`] a source with changes on top.

pub mod diff;
pub mod memory;
pub mod overlay;
pub mod root;
pub mod source;
mod trie;
pub mod witness;

pub use diff::{AccountChange, StateDiff};
pub use memory::MemoryState;
pub use overlay::Overlay;
pub use root::state_root;
pub use source::{Account, SourceError, StateSource};
pub use witness::Witness;
