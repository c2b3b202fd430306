//! Incremental root of a Merkle-Patricia trie, with cached hashes of its subtries.

use alloy_primitives::B256;
use alloy_trie::{HashBuilder, Nibbles};
use rpds::RedBlackTreeMapSync;
use std::sync::Arc;

/// Minimum of leaves for which hashes are cached. Fewer are hashed in less than a millisecond.
const CACHED_FROM: usize = 1_024;

/// Cached hashes of the branch nodes two nibbles below the root, by these nibbles. Nearly all nodes of a large trie are
/// below them.
#[derive(Clone, Debug, Default)]
pub(super) struct SubtrieHashes(Option<Arc<[Option<B256>; 256]>>);

impl SubtrieHashes {
    /// Invalidates the hash of the subtrie with the leaf at `key`.
    pub(super) fn invalidate(&mut self, key: &B256) {
        if let Some(hashes) = &mut self.0 {
            Arc::make_mut(hashes)[usize::from(key[0])] = None;
        }
    }
}

/// Returns the root of the trie of `leaves`, and the hashes of its subtries. Subtries without a hash in `cached` are
/// hashed.
pub(super) fn root<V>(
    leaves: &RedBlackTreeMapSync<B256, V>,
    cached: &SubtrieHashes,
    encode: impl Fn(&V, &mut Vec<u8>),
) -> (B256, SubtrieHashes) {
    let mut builder = HashBuilder::default();
    let mut value = Vec::new();
    if leaves.size() < CACHED_FROM {
        for (key, leaf) in leaves {
            value.clear();
            encode(leaf, &mut value);
            builder.add_leaf(Nibbles::unpack(key), &value);
        }
        return (builder.root(), SubtrieHashes::default());
    }
    let cached = cached.0.as_deref();
    let mut builder = builder.with_updates(true);
    for group in 0..=u8::MAX {
        let hash = cached.and_then(|cached| cached[usize::from(group)]);
        if let Some(hash) = hash {
            builder.add_branch(Nibbles::unpack([group]), hash, true);
            continue;
        }
        let (mut first, mut last) = (B256::ZERO, B256::repeat_byte(u8::MAX));
        (first[0], last[0]) = (group, group);
        for (key, leaf) in leaves.range(first..=last) {
            value.clear();
            encode(leaf, &mut value);
            builder.add_leaf(Nibbles::unpack(key), &value);
        }
    }
    let root = builder.root();
    let (_, nodes) = builder.split();
    let mut hashes = [None; 256];
    for high in 0..16_u8 {
        let Some(node) = nodes.get(&Nibbles::from_nibbles([high])) else {
            continue;
        };
        let mut node_hashes = node.hashes.iter();
        for low in (0..16).filter(|low| node.hash_mask.is_bit_set(*low)) {
            hashes[usize::from(high << 4 | low)] = node_hashes.next().copied();
        }
    }
    (root, SubtrieHashes(Some(Arc::new(hashes))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    fn encode(value: &u64, out: &mut Vec<u8>) {
        out.extend_from_slice(&value.to_be_bytes());
        out.extend_from_slice(&[7; 40]);
    }

    #[test]
    fn an_incremental_root_equals_the_root_from_scratch() {
        let mut leaves = RedBlackTreeMapSync::new_sync();
        let mut hashes = SubtrieHashes::default();
        let mut used = 0;
        let mut random = 7_u64;
        for step in 0..100_u64 {
            // Grows to some thousand leaves and shrinks again; half of the keys share their first nibble.
            for _ in 0..90 {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let mut key = keccak256((random % 3_000).to_be_bytes());
                if random.is_multiple_of(2) {
                    key[0] &= 0x0f;
                }
                hashes.invalidate(&key);
                if step < 65 {
                    leaves.insert_mut(key, random);
                } else {
                    leaves.remove_mut(&key);
                }
            }
            used += hashes
                .0
                .iter()
                .flat_map(|cached| cached.iter())
                .flatten()
                .count();
            let (computed, next) = root(&leaves, &hashes, encode);
            assert_eq!(
                computed,
                root(&leaves, &SubtrieHashes::default(), encode).0,
                "{step}"
            );
            let mut builder = HashBuilder::default();
            for (key, value) in &leaves {
                let mut encoded = Vec::new();
                encode(value, &mut encoded);
                builder.add_leaf(Nibbles::unpack(key), &encoded);
            }
            assert_eq!(computed, builder.root(), "{step}");
            hashes = next;
        }
        assert!(used > 1_000, "{used} hashes were used");
    }
}
