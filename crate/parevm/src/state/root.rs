//! State root after a block, computed from a witness.

use super::{
    AccountChange, StateDiff, Witness,
    sparse_trie::{MissingNode, SparseTrie},
};
use alloy_primitives::{B256, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};

/// Returns the state root after `diff`, or `None` if the witness lacks a node that the root depends on.
///
/// # Example
///
/// ```
/// use parevm::state::{StateDiff, Witness, state_root};
/// use alloy_primitives::B256;
///
/// let root = B256::repeat_byte(7);
/// let witness = Witness::new(Vec::new(), Some(root));
/// assert_eq!(state_root(&witness, &StateDiff::default()), Some(root));
/// ```
#[must_use]
pub fn state_root(witness: &Witness, diff: &StateDiff) -> Option<B256> {
    let mut trie = SparseTrie::new(witness, witness.state_root_before()?);
    let mut removed = Vec::new();
    for (address, change) in diff.sorted_accounts() {
        let key = keccak256(address);
        match leaf(witness, &trie, key, change).ok()? {
            Some(account) => trie.insert(key, alloy_rlp::encode(account)).ok()?,
            None => removed.push(key),
        }
    }
    // Removals last: a branch with one child left needs the node of that child, unless an insertion added
    // another child.
    for key in removed {
        trie.remove(key).ok()?;
    }
    Some(trie.root())
}

/// Returns the leaf of the account after the block; `None` if the account is deleted.
fn leaf(
    witness: &Witness,
    trie: &SparseTrie<'_>,
    key: B256,
    change: &AccountChange,
) -> Result<Option<TrieAccount>, MissingNode> {
    let Some(account) = change.account else {
        return Ok(None);
    };
    let keeps_storage = !change.storage_reset;
    let before = match trie.get(key)? {
        Some(encoded) if keeps_storage => {
            TrieAccount::decode(&mut encoded.as_slice())
                .map_err(|_| MissingNode)?
                .storage_root
        }
        _ => EMPTY_ROOT_HASH,
    };
    let mut storage = SparseTrie::new(witness, before);
    let (kept, cleared): (Vec<_>, Vec<_>) = change
        .sorted_slots()
        .into_iter()
        .partition(|(_, value)| !value.is_zero());
    for (slot, value) in kept {
        storage.insert(hashed_slot(&slot), alloy_rlp::encode(value))?;
    }
    for (slot, _) in cleared {
        storage.remove(hashed_slot(&slot))?;
    }
    Ok(Some(TrieAccount {
        nonce: account.nonce,
        balance: account.balance,
        storage_root: storage.root(),
        code_hash: account.code_hash,
    }))
}

fn hashed_slot(slot: &U256) -> B256 {
    keccak256(slot.to_be_bytes::<32>())
}
