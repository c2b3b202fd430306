//! Trie nodes of an execution witness.

use alloy_primitives::{B256, Bytes, keccak256, map::B256Map};

/// Trie nodes of an execution witness, by their hash.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    nodes: B256Map<Bytes>,
    state_root_before: Option<B256>,
}

impl Witness {
    /// Creates a witness of encoded nodes, in any order, for the state with root `state_root_before`.
    #[must_use]
    pub fn new(nodes: Vec<Bytes>, state_root_before: Option<B256>) -> Self {
        let nodes = nodes
            .into_iter()
            .map(|node| (keccak256(&node), node))
            .collect();
        Self {
            nodes,
            state_root_before,
        }
    }

    /// Returns the number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns the encoded node with hash `hash`, if the witness has it.
    #[must_use]
    pub fn node(&self, hash: &B256) -> Option<&Bytes> {
        self.nodes.get(hash)
    }

    /// Returns the state root before the block, if known.
    #[must_use]
    pub fn state_root_before(&self) -> Option<B256> {
        self.state_root_before
    }
}
