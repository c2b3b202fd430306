//! The state root after a block, computed from a witness.

use super::{
    AccountChange, StateDiff, Witness,
    trie::{Trie, Unknown},
};
use alloy_primitives::{B256, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};

/// The state root after `diff`, or `None` where the witness lacks a node that it depends on.
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
    let mut trie = Trie::new(witness, witness.state_root_before()?);
    let mut removed = Vec::new();
    for (address, change) in diff.sorted_accounts() {
        let key = keccak256(address);
        match leaf(witness, &trie, key, change).ok()? {
            Some(account) => trie.insert(key, alloy_rlp::encode(account)).ok()?,
            None => removed.push(key),
        }
    }
    // Removals last: a branch that is left with one child needs that child's node, and an insertion
    // may spare it that.
    for key in removed {
        trie.remove(key).ok()?;
    }
    Some(trie.root())
}

/// The account as the trie holds it after the block; `None` where it is gone.
fn leaf(
    witness: &Witness,
    trie: &Trie<'_>,
    key: B256,
    change: &AccountChange,
) -> Result<Option<TrieAccount>, Unknown> {
    let Some(account) = change.account else {
        return Ok(None);
    };
    let keeps_storage = !change.storage_reset;
    let before = match trie.get(key)? {
        Some(encoded) if keeps_storage => {
            TrieAccount::decode(&mut encoded.as_slice())
                .map_err(|_| Unknown)?
                .storage_root
        }
        _ => EMPTY_ROOT_HASH,
    };
    let mut storage = Trie::new(witness, before);
    let (kept, cleared): (Vec<_>, Vec<_>) = change
        .sorted_slots()
        .into_iter()
        .partition(|(_, value)| !value.is_zero());
    for (slot, value) in kept {
        storage.insert(hashed(&slot), alloy_rlp::encode(value))?;
    }
    for (slot, _) in cleared {
        storage.remove(hashed(&slot))?;
    }
    Ok(Some(TrieAccount {
        nonce: account.nonce,
        balance: account.balance,
        storage_root: storage.root(),
        code_hash: account.code_hash,
    }))
}

fn hashed(slot: &U256) -> B256 {
    keccak256(slot.to_be_bytes::<32>())
}
