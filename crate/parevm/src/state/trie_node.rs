//! Nodes of a Merkle-Patricia trie and their encoding.

use alloy_primitives::{B256, keccak256};
use alloy_rlp::{Buf, EMPTY_STRING_CODE, Encodable, Header};

/// Node of a Merkle-Patricia trie. Paths are one nibble a byte.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Empty,
    /// Hash of a node that is not loaded.
    Blinded(B256),
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

impl Node {
    pub(super) const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Decodes one node and advances past it; `None` if `bytes` are not a node.
    pub(super) fn decode(bytes: &mut &[u8]) -> Option<Self> {
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
                let (path, is_leaf) = decode_path(encoded)?;
                if is_leaf {
                    let value = Header::decode_bytes(&mut &second[..], false).ok()?.to_vec();
                    return Some(Self::Leaf { path, value });
                }
                // With empty paths the depth of the trie would not be bounded by the length of a key.
                if path.is_empty() {
                    return None;
                }
                Some(Self::Extension {
                    path,
                    child: Box::new(Self::decode_child(second)?),
                })
            }
            [children @ .., value] if children.len() == 16 && *value == [EMPTY_STRING_CODE] => {
                let mut branch = [const { Self::Empty }; 16];
                for (decoded, child) in branch.iter_mut().zip(children) {
                    *decoded = Self::decode_child(child)?;
                }
                Some(Self::Branch(Box::new(branch)))
            }
            _ => None,
        }
    }

    /// Decodes the child of a branch or extension: empty, a hash, or a node of less than 32 bytes.
    fn decode_child(raw: &[u8]) -> Option<Self> {
        match raw {
            [EMPTY_STRING_CODE] => Some(Self::Empty),
            [0xa0, hash @ ..] => Some(Self::Blinded(B256::try_from(hash).ok()?)),
            mut node if node.len() < 32 => Self::decode(&mut node),
            _ => None,
        }
    }

    /// Returns the RLP encoding of this node.
    pub(super) fn encoded(&self) -> Vec<u8> {
        let mut items = Vec::new();
        match self {
            Self::Empty | Self::Blinded(_) => {}
            Self::Leaf { path, value } => {
                encode_path(path, true).as_slice().encode(&mut items);
                value.as_slice().encode(&mut items);
            }
            Self::Extension { path, child } => {
                encode_path(path, false).as_slice().encode(&mut items);
                child.encode_child(&mut items);
            }
            Self::Branch(children) => {
                for child in children.iter() {
                    child.encode_child(&mut items);
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

    /// Encodes this node as the child of a branch or extension.
    fn encode_child(&self, out: &mut Vec<u8>) {
        match self {
            Self::Empty => out.push(EMPTY_STRING_CODE),
            Self::Blinded(hash) => hash.encode(out),
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

/// Prepends `prefix` to the path of `node`.
pub(super) fn prefixed(prefix: &[u8], node: Node) -> Node {
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

/// Encodes a path: a flag for leaves, a flag for odd length, then two nibbles a byte.
fn encode_path(path: &[u8], is_leaf: bool) -> Vec<u8> {
    let flags = if is_leaf { 2 } else { 0 };
    let is_odd = path.len() % 2 == 1;
    let head: &[u8] = if is_odd { &[flags + 1] } else { &[flags, 0] };
    [head, path]
        .concat()
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// Decodes a path, and whether it is that of a leaf.
fn decode_path(encoded: &[u8]) -> Option<(Vec<u8>, bool)> {
    let flags = encoded.first()? >> 4;
    let skipped = if flags & 1 == 1 { 1 } else { 2 };
    let path = encoded
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .skip(skipped)
        .collect();
    (flags < 4).then_some((path, flags & 2 == 2))
}
