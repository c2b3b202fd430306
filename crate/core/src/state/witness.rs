//! Proofs of the state before a block.

use alloy_primitives::{B256, Bytes, keccak256, map::B256Map};

/// Trie nodes by their hash, as an execution witness brings them.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    nodes: B256Map<Bytes>,
}

impl Witness {
    /// A witness of these encoded nodes, in any order.
    #[must_use]
    pub fn new(nodes: Vec<Bytes>) -> Self {
        Self {
            nodes: nodes
                .into_iter()
                .map(|node| (keccak256(&node), node))
                .collect(),
        }
    }

    /// The encoded node with hash `hash`, where the witness has it.
    #[must_use]
    pub fn node(&self, hash: &B256) -> Option<&Bytes> {
        self.nodes.get(hash)
    }
}
