//! A Merkle-Patricia trie of which only some nodes are known.
//!
//! Nodes are taken from a witness when a path leads through them; the rest stays a hash. Keys are
//! hashes, so all have the same length and no branch holds a value.

use super::Witness;
use alloy_primitives::{B256, Bytes, keccak256, map::B256Set};
use alloy_rlp::{Buf, EMPTY_STRING_CODE, Encodable, Header};
use alloy_trie::EMPTY_ROOT_HASH;

/// Nibbles of a key.
const NIBBLES: usize = 64;

/// A node that the witness lacks, or that is malformed, lies on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unknown;

/// A trie whose nodes are loaded from a witness.
#[derive(Debug)]
pub(super) struct Trie<'w> {
    witness: &'w Witness,
    root: Node,
}

#[derive(Clone, Debug)]
enum Node {
    Empty,
    /// Not loaded: the hash of its encoding.
    Hashed(B256),
    Leaf {
        path: Vec<u8>,
        value: Vec<u8>,
    },
    Extension {
        path: Vec<u8>,
        child: Box<Self>,
    },
    Branch(Box<[Self; 16]>),
}

impl<'w> Trie<'w> {
    /// The trie with root hash `root`.
    pub(super) fn new(witness: &'w Witness, root: B256) -> Self {
        let root = if root == EMPTY_ROOT_HASH {
            Node::Empty
        } else {
            Node::Hashed(root)
        };
        Self { witness, root }
    }

    /// The value at `key`, or `None` where there is none.
    pub(super) fn get(&self, key: B256) -> Result<Option<Vec<u8>>, Unknown> {
        self.found(&self.root, &nibbles(key))
    }

    /// Sets the value at `key`.
    pub(super) fn insert(&mut self, key: B256, value: Vec<u8>) -> Result<(), Unknown> {
        let root = std::mem::replace(&mut self.root, Node::Empty);
        self.root = self.inserted(root, &nibbles(key), value)?;
        Ok(())
    }

    /// Removes `key`, where it is there.
    pub(super) fn remove(&mut self, key: B256) -> Result<(), Unknown> {
        let root = std::mem::replace(&mut self.root, Node::Empty);
        self.root = self.removed(root, &nibbles(key))?;
        Ok(())
    }

    /// The hash of the root node.
    pub(super) fn root(&self) -> B256 {
        match &self.root {
            Node::Empty => EMPTY_ROOT_HASH,
            Node::Hashed(hash) => *hash,
            node => keccak256(node.encoded()),
        }
    }

    /// Loads every node of the trie that the witness has and that is not in `seen`, and adds it there.
    /// `visit` is told each value on the way, with `seen`, and may change it.
    ///
    /// A malformed node stays a hash.
    pub(super) fn load(
        &mut self,
        seen: &mut B256Set,
        visit: &mut dyn FnMut(&mut Vec<u8>, &mut B256Set),
    ) {
        let mut root = std::mem::replace(&mut self.root, Node::Empty);
        self.load_below(&mut root, NIBBLES, seen, visit);
        self.root = root;
    }

    /// As [`Self::load`], where `nibbles` are left of the path. A chain of nodes that is longer than
    /// any path is not followed.
    fn load_below(
        &self,
        node: &mut Node,
        nibbles: usize,
        seen: &mut B256Set,
        visit: &mut dyn FnMut(&mut Vec<u8>, &mut B256Set),
    ) {
        if let Node::Hashed(hash) = *node
            && !seen.contains(&hash)
            && let Ok(loaded) = self.loaded(Node::Hashed(hash))
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

    /// The node itself, taken from the witness where only its hash is known.
    fn loaded(&self, node: Node) -> Result<Node, Unknown> {
        match node {
            Node::Hashed(hash) => {
                let encoded: &Bytes = self.witness.node(&hash).ok_or(Unknown)?;
                Node::decode(&mut encoded.as_ref()).ok_or(Unknown)
            }
            node => Ok(node),
        }
    }

    fn found(&self, node: &Node, key: &[u8]) -> Result<Option<Vec<u8>>, Unknown> {
        match node {
            Node::Empty => Ok(None),
            Node::Hashed(_) => self.found(&self.loaded(node.clone())?, key),
            Node::Leaf { path, value } => Ok((path == key).then(|| value.clone())),
            Node::Extension { path, child } => match key.strip_prefix(path.as_slice()) {
                None => Ok(None),
                Some(rest) => self.found(child, rest),
            },
            Node::Branch(children) => {
                let (first, rest) = key.split_first().ok_or(Unknown)?;
                self.found(children.get(usize::from(*first)).ok_or(Unknown)?, rest)
            }
        }
    }

    fn inserted(&self, node: Node, key: &[u8], value: Vec<u8>) -> Result<Node, Unknown> {
        match self.loaded(node)? {
            Node::Empty | Node::Hashed(_) => Ok(Node::Leaf {
                path: key.to_vec(),
                value,
            }),
            Node::Leaf { path, .. } if path == key => Ok(Node::Leaf { path, value }),
            Node::Leaf { path, value: other } => {
                let shared = shared_prefix(&path, key);
                let mut children = [const { Node::Empty }; 16];
                place(&mut children, &path[shared..], |path| Node::Leaf {
                    path,
                    value: other,
                })?;
                place(&mut children, &key[shared..], |path| Node::Leaf {
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
                place(&mut children, &path[shared..], |below| {
                    prefixed(&below, *child)
                })?;
                place(&mut children, &key[shared..], |path| Node::Leaf {
                    path,
                    value,
                })?;
                Ok(prefixed(&key[..shared], Node::Branch(Box::new(children))))
            }
            Node::Branch(mut children) => {
                let (first, rest) = key.split_first().ok_or(Unknown)?;
                let child = children.get_mut(usize::from(*first)).ok_or(Unknown)?;
                let below = std::mem::replace(child, Node::Empty);
                *child = self.inserted(below, rest, value)?;
                Ok(Node::Branch(children))
            }
        }
    }

    fn removed(&self, node: Node, key: &[u8]) -> Result<Node, Unknown> {
        match self.loaded(node)? {
            Node::Empty | Node::Hashed(_) => Ok(Node::Empty),
            Node::Leaf { path, .. } if path == key => Ok(Node::Empty),
            leaf @ Node::Leaf { .. } => Ok(leaf),
            Node::Extension { path, child } => match key.strip_prefix(path.as_slice()) {
                None => Ok(Node::Extension { path, child }),
                Some(rest) => Ok(prefixed(&path, self.removed(*child, rest)?)),
            },
            Node::Branch(mut children) => {
                let (first, rest) = key.split_first().ok_or(Unknown)?;
                let child = children.get_mut(usize::from(*first)).ok_or(Unknown)?;
                let below = std::mem::replace(child, Node::Empty);
                *child = self.removed(below, rest)?;
                self.collapsed(children)
            }
        }
    }

    /// A branch, or what it becomes when it has one child left.
    fn collapsed(&self, mut children: Box<[Node; 16]>) -> Result<Node, Unknown> {
        let mut left = (0..16_u8)
            .zip(children.iter_mut())
            .filter(|(_, child)| !child.is_empty());
        let Some((nibble, child)) = left.next() else {
            return Ok(Node::Empty);
        };
        if left.next().is_some() {
            return Ok(Node::Branch(children));
        }
        // What is left must be seen to be joined with its nibble: a sibling the witness may lack.
        let child = self.loaded(std::mem::replace(child, Node::Empty))?;
        Ok(prefixed(&[nibble], child))
    }
}

impl Node {
    const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Reads one node and moves past it; `None` where the bytes are none.
    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        let mut items = Header::decode_bytes(bytes, true).ok()?;
        let mut raw: Vec<&[u8]> = Vec::with_capacity(17);
        while !items.is_empty() {
            let start = items;
            let header = Header::decode(&mut items).ok()?;
            items.advance(header.payload_length);
            raw.push(&start[..start.len() - items.len()]);
        }
        match raw.as_slice() {
            [path, second] => {
                let encoded = Header::decode_bytes(&mut &path[..], false).ok()?;
                let (path, is_leaf) = unpacked(encoded)?;
                if is_leaf {
                    let value = Header::decode_bytes(&mut &second[..], false).ok()?.to_vec();
                    return Some(Self::Leaf { path, value });
                }
                // With an empty path a chain of nodes would have no end that its key sets.
                if path.is_empty() {
                    return None;
                }
                Some(Self::Extension {
                    path,
                    child: Box::new(Self::reference(second)?),
                })
            }
            [children @ .., value] if children.len() == 16 && *value == [EMPTY_STRING_CODE] => {
                let mut branch = [const { Self::Empty }; 16];
                for (slot, child) in branch.iter_mut().zip(children) {
                    *slot = Self::reference(child)?;
                }
                Some(Self::Branch(Box::new(branch)))
            }
            _ => None,
        }
    }

    /// What a parent holds: nothing, a hash, or a node of less than 32 bytes itself.
    fn reference(raw: &[u8]) -> Option<Self> {
        match raw {
            [EMPTY_STRING_CODE] => Some(Self::Empty),
            [0xa0, hash @ ..] => Some(Self::Hashed(B256::try_from(hash).ok()?)),
            mut node if node.len() < 32 => Self::decode(&mut node),
            _ => None,
        }
    }

    fn encoded(&self) -> Vec<u8> {
        let mut items = Vec::new();
        match self {
            Self::Empty | Self::Hashed(_) => {}
            Self::Leaf { path, value } => {
                packed(path, true).as_slice().encode(&mut items);
                value.as_slice().encode(&mut items);
            }
            Self::Extension { path, child } => {
                packed(path, false).as_slice().encode(&mut items);
                child.refer(&mut items);
            }
            Self::Branch(children) => {
                for child in children.iter() {
                    child.refer(&mut items);
                }
                items.push(EMPTY_STRING_CODE);
            }
        }
        let mut encoded = Vec::with_capacity(items.len() + 3);
        Header {
            list: true,
            payload_length: items.len(),
        }
        .encode(&mut encoded);
        encoded.extend(items);
        encoded
    }

    /// Writes what a parent holds of this node.
    fn refer(&self, out: &mut Vec<u8>) {
        match self {
            Self::Empty => out.push(EMPTY_STRING_CODE),
            Self::Hashed(hash) => hash.encode(out),
            node => {
                let encoded = node.encoded();
                if encoded.len() < 32 {
                    out.extend(encoded);
                } else {
                    keccak256(encoded).encode(out);
                }
            }
        }
    }
}

/// Puts what `make` makes of the rest of `path` into the child its first nibble names.
fn place(
    children: &mut [Node; 16],
    path: &[u8],
    make: impl FnOnce(Vec<u8>) -> Node,
) -> Result<(), Unknown> {
    let (first, rest) = path.split_first().ok_or(Unknown)?;
    *children.get_mut(usize::from(*first)).ok_or(Unknown)? = make(rest.to_vec());
    Ok(())
}

/// `node` with `prefix` in front of its path.
fn prefixed(prefix: &[u8], node: Node) -> Node {
    match node {
        Node::Empty => Node::Empty,
        Node::Leaf { path, value } => Node::Leaf {
            path: [prefix, &path].concat(),
            value,
        },
        Node::Extension { path, child } => Node::Extension {
            path: [prefix, &path].concat(),
            child,
        },
        node if prefix.is_empty() => node,
        node => Node::Extension {
            path: prefix.to_vec(),
            child: Box::new(node),
        },
    }
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

/// A path as nodes hold it: a flag for leaves, a flag for odd length, then two nibbles a byte.
fn packed(path: &[u8], is_leaf: bool) -> Vec<u8> {
    let flags = if is_leaf { 2 } else { 0 };
    let is_odd = path.len() % 2 == 1;
    let head: &[u8] = if is_odd { &[flags + 1] } else { &[flags, 0] };
    [head, path]
        .concat()
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// The path and whether it is a leaf's.
fn unpacked(encoded: &[u8]) -> Option<(Vec<u8>, bool)> {
    let flags = encoded.first()? >> 4;
    let skipped = if flags & 1 == 1 { 1 } else { 2 };
    let path = encoded
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .skip(skipped)
        .collect();
    (flags < 4).then_some((path, flags & 2 == 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_trie::{HashBuilder, Nibbles};
    use std::collections::BTreeMap;

    /// The root by the trie builder of another crate.
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
        let mut trie = Trie::new(&witness, EMPTY_ROOT_HASH);
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
    fn a_path_through_a_node_the_witness_lacks_is_unknown() {
        let witness = Witness::default();
        let mut trie = Trie::new(&witness, B256::repeat_byte(1));
        assert_eq!(trie.get(key(1)), Err(Unknown));
        assert_eq!(trie.insert(key(1), vec![1]), Err(Unknown));
    }
}
