//! Sparse Merkle-Patricia trie: only the nodes of a witness are known.
//!
//! Nodes are loaded from the witness along the path of an operation; all others stay blinded, as their
//! hash. Keys are hashes, so all have the same length and no branch holds a value.

use super::{
    Witness,
    trie_node::{Node, prefixed},
};
use alloy_primitives::{B256, Bytes, keccak256, map::B256Set};
use alloy_trie::EMPTY_ROOT_HASH;

/// Nibbles of a key.
const NIBBLES: usize = 64;

/// A node on the path is not in the witness, or malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MissingNode;

/// Trie whose nodes are loaded from a witness.
#[derive(Debug)]
pub(super) struct SparseTrie<'w> {
    witness: &'w Witness,
    root: Node,
}

impl<'w> SparseTrie<'w> {
    /// Creates the trie with root hash `root`.
    pub(super) fn new(witness: &'w Witness, root: B256) -> Self {
        let root = if root == EMPTY_ROOT_HASH {
            Node::Empty
        } else {
            Node::Blinded(root)
        };
        Self { witness, root }
    }

    /// Returns the value at `key`, or `None` if it is absent.
    pub(super) fn get(&self, key: B256) -> Result<Option<Vec<u8>>, MissingNode> {
        self.lookup(&self.root, &nibbles(key))
    }

    /// Sets the value at `key`.
    pub(super) fn insert(&mut self, key: B256, value: Vec<u8>) -> Result<(), MissingNode> {
        let root = std::mem::replace(&mut self.root, Node::Empty);
        self.root = self.inserted(root, &nibbles(key), value)?;
        Ok(())
    }

    /// Removes `key`, if it is present.
    pub(super) fn remove(&mut self, key: B256) -> Result<(), MissingNode> {
        let root = std::mem::replace(&mut self.root, Node::Empty);
        self.root = self.removed(root, &nibbles(key))?;
        Ok(())
    }

    /// Returns the hash of the root node.
    pub(super) fn root(&self) -> B256 {
        match &self.root {
            Node::Empty => EMPTY_ROOT_HASH,
            Node::Blinded(hash) => *hash,
            node => keccak256(node.encoded()),
        }
    }

    /// Loads every node of the trie that the witness has and that is not in `seen`, and adds it there.
    /// Calls `visit` with each value, which it may change, and with `seen`.
    ///
    /// A malformed node stays blinded.
    pub(super) fn load(
        &mut self,
        seen: &mut B256Set,
        visit: &mut dyn FnMut(&mut Vec<u8>, &mut B256Set),
    ) {
        let mut root = std::mem::replace(&mut self.root, Node::Empty);
        self.load_below(&mut root, NIBBLES, seen, visit);
        self.root = root;
    }

    /// Loads the nodes below `node`, at which `nibbles` of the path are left. Nodes below the length of
    /// a key are not followed.
    fn load_below(
        &self,
        node: &mut Node,
        nibbles: usize,
        seen: &mut B256Set,
        visit: &mut dyn FnMut(&mut Vec<u8>, &mut B256Set),
    ) {
        if let Node::Blinded(hash) = *node
            && !seen.contains(&hash)
            && let Ok(loaded) = self.loaded(Node::Blinded(hash))
        {
            seen.insert(hash);
            *node = loaded;
        }
        match node {
            Node::Leaf { path, value } if path.len() == nibbles => visit(value, seen),
            Node::Extension { path, child } if path.len() < nibbles => {
                self.load_below(child, nibbles - path.len(), seen, visit);
            }
            Node::Branch(children) if nibbles > 0 => {
                for child in children.iter_mut() {
                    self.load_below(child, nibbles - 1, seen, visit);
                }
            }
            _ => {}
        }
    }

    /// Returns `node`, read from the witness if it is blinded.
    fn loaded(&self, node: Node) -> Result<Node, MissingNode> {
        match node {
            Node::Blinded(hash) => {
                let encoded: &Bytes = self.witness.node(&hash).ok_or(MissingNode)?;
                Node::decode(&mut encoded.as_ref()).ok_or(MissingNode)
            }
            node => Ok(node),
        }
    }

    fn lookup(&self, node: &Node, key: &[u8]) -> Result<Option<Vec<u8>>, MissingNode> {
        match node {
            Node::Empty => Ok(None),
            Node::Blinded(_) => self.lookup(&self.loaded(node.clone())?, key),
            Node::Leaf { path, value } => Ok((path == key).then(|| value.clone())),
            Node::Extension { path, child } => match key.strip_prefix(path.as_slice()) {
                None => Ok(None),
                Some(rest) => self.lookup(child, rest),
            },
            Node::Branch(children) => {
                let (first, rest) = key.split_first().ok_or(MissingNode)?;
                self.lookup(children.get(usize::from(*first)).ok_or(MissingNode)?, rest)
            }
        }
    }

    fn inserted(&self, node: Node, key: &[u8], value: Vec<u8>) -> Result<Node, MissingNode> {
        match self.loaded(node)? {
            Node::Empty | Node::Blinded(_) => Ok(Node::Leaf {
                path: key.to_vec(),
                value,
            }),
            Node::Leaf { path, .. } if path == key => Ok(Node::Leaf { path, value }),
            Node::Leaf { path, value: other } => {
                let shared = shared_prefix(&path, key);
                let mut children = [const { Node::Empty }; 16];
                insert_child(&mut children, &path[shared..], |path| Node::Leaf {
                    path,
                    value: other,
                })?;
                insert_child(&mut children, &key[shared..], |path| Node::Leaf {
                    path,
                    value,
                })?;
                Ok(prefixed(&key[..shared], Node::Branch(Box::new(children))))
            }
            Node::Extension { path, child } => {
                let shared = shared_prefix(&path, key);
                if shared == path.len() {
                    let child = self.inserted(*child, &key[shared..], value)?;
                    return Ok(prefixed(&path, child));
                }
                let mut children = [const { Node::Empty }; 16];
                insert_child(&mut children, &path[shared..], |below| {
                    prefixed(&below, *child)
                })?;
                insert_child(&mut children, &key[shared..], |path| Node::Leaf {
                    path,
                    value,
                })?;
                Ok(prefixed(&key[..shared], Node::Branch(Box::new(children))))
            }
            Node::Branch(mut children) => {
                let (first, rest) = key.split_first().ok_or(MissingNode)?;
                let child = children.get_mut(usize::from(*first)).ok_or(MissingNode)?;
                let below = std::mem::replace(child, Node::Empty);
                *child = self.inserted(below, rest, value)?;
                Ok(Node::Branch(children))
            }
        }
    }

    fn removed(&self, node: Node, key: &[u8]) -> Result<Node, MissingNode> {
        match self.loaded(node)? {
            Node::Empty | Node::Blinded(_) => Ok(Node::Empty),
            Node::Leaf { path, .. } if path == key => Ok(Node::Empty),
            leaf @ Node::Leaf { .. } => Ok(leaf),
            Node::Extension { path, child } => match key.strip_prefix(path.as_slice()) {
                None => Ok(Node::Extension { path, child }),
                Some(rest) => Ok(prefixed(&path, self.removed(*child, rest)?)),
            },
            Node::Branch(mut children) => {
                let (first, rest) = key.split_first().ok_or(MissingNode)?;
                let child = children.get_mut(usize::from(*first)).ok_or(MissingNode)?;
                let below = std::mem::replace(child, Node::Empty);
                *child = self.removed(below, rest)?;
                self.collapsed(children)
            }
        }
    }

    /// Returns a branch of `children`, or the node that replaces it if fewer than two are left.
    fn collapsed(&self, mut children: Box<[Node; 16]>) -> Result<Node, MissingNode> {
        let mut left = (0..16_u8)
            .zip(children.iter_mut())
            .filter(|(_, child)| !child.is_empty());
        let Some((nibble, child)) = left.next() else {
            return Ok(Node::Empty);
        };
        if left.next().is_some() {
            return Ok(Node::Branch(children));
        }
        // The remaining child must be known to be merged with its nibble; the witness may lack it.
        let child = self.loaded(std::mem::replace(child, Node::Empty))?;
        Ok(prefixed(&[nibble], child))
    }
}

/// Sets the child at the first nibble of `path` to the node that `make` creates for the rest.
fn insert_child(
    children: &mut [Node; 16],
    path: &[u8],
    make: impl FnOnce(Vec<u8>) -> Node,
) -> Result<(), MissingNode> {
    let (first, rest) = path.split_first().ok_or(MissingNode)?;
    *children.get_mut(usize::from(*first)).ok_or(MissingNode)? = make(rest.to_vec());
    Ok(())
}

fn shared_prefix(one: &[u8], other: &[u8]) -> usize {
    one.iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

fn nibbles(key: B256) -> Vec<u8> {
    key.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_trie::{HashBuilder, Nibbles};
    use std::collections::BTreeMap;

    /// Returns the root by `alloy-trie`.
    fn expected(values: &BTreeMap<B256, Vec<u8>>) -> B256 {
        let mut builder = HashBuilder::default();
        for (key, value) in values {
            builder.add_leaf(Nibbles::unpack(*key), value);
        }
        builder.root()
    }

    fn key(number: u64) -> B256 {
        // Few distinct nibbles at the start, so that extensions and deep branches arise.
        let mut key = keccak256(number.to_be_bytes());
        key[0] &= 0x11;
        key[1] = 0x77;
        key
    }

    #[test]
    fn the_root_is_right_after_every_insertion_and_removal() {
        let witness = Witness::default();
        let mut trie = SparseTrie::new(&witness, EMPTY_ROOT_HASH);
        let mut values = BTreeMap::new();
        for number in 0..60 {
            let value = vec![1; 1 + usize::try_from(number).unwrap_or(0)];
            assert_eq!(trie.insert(key(number), value.clone()), Ok(()));
            values.insert(key(number), value);
            assert_eq!(trie.root(), expected(&values), "after insertion {number}");
        }
        for number in (0..60).rev().chain([7]) {
            assert_eq!(trie.get(key(number)), Ok(values.get(&key(number)).cloned()));
            assert_eq!(trie.remove(key(number)), Ok(()));
            values.remove(&key(number));
            assert_eq!(trie.root(), expected(&values), "after removal {number}");
        }
    }

    #[test]
    fn a_path_through_a_node_that_the_witness_lacks_is_an_error() {
        let witness = Witness::default();
        let mut trie = SparseTrie::new(&witness, B256::repeat_byte(1));
        assert_eq!(trie.get(key(1)), Err(MissingNode));
        assert_eq!(trie.insert(key(1), vec![1]), Err(MissingNode));
    }
}
