//! State before and after a block.
//!
//! Executors read a [`StateSource`] and return a [`StateDiff`]. Sources are [`MemoryState`] (in memory),
//! [`TrieState`] (in memory, with roots and proofs), [`ProvenState`] (trie nodes of a [`Witness`]) and
//! [`LayeredState`] (a source under a diff). [`Overlay`] is revm's database over a source. Knows nothing of blocks and
//! nothing of the EVM but its account, code and database types.

mod bundle;
mod code;
pub mod diff;
mod keccak_cache;
mod layered;
pub mod memory;
pub mod overlay;
mod overlay_account;
pub mod proven;
pub mod root;
pub mod source;
mod sparse_trie;
mod storage_aware;
mod trie_node;
mod trie_root;
mod trie_state;
pub mod witness;

pub use code::bytecode_of;
pub use diff::{AccountChange, StateDiff};
pub use layered::LayeredState;
pub use memory::MemoryState;
pub use overlay::Overlay;
pub use proven::{ProvenState, RecomputedRoot, WitnessError};
pub use root::state_root;
pub use source::{Account, SourceError, StateKey, StateSource};
pub use storage_aware::StorageAware;
pub use trie_state::TrieState;
pub use witness::Witness;

pub(crate) use keccak_cache::{INPUT_LENGTH, KeccakCache, KeccakInput, WithKeccakCache};
