//! The whole state of a chain at one block.

use super::{
    Account, AccountChange, SourceError, StateDiff, bytecode_of,
    trie_root::{Branches, root},
};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::Encodable;
use alloy_trie::{EMPTY_ROOT_HASH, HashBuilder, Nibbles, TrieAccount, proof::ProofRetainer};
use revm::bytecode::Bytecode;
use rpds::{HashTrieMapSync, HashTrieSetSync, RedBlackTreeMapSync};
use std::{cell::RefCell, sync::OnceLock};

/// The whole state at one block. Cloning it is cheap and shares what both have.
///
/// Accounts and slots lie in the order of the trie, under the hashes of their keys, so that a root is
/// one pass without sorting, and only over those parts of the trie that have changed since the last one.
#[derive(Clone, Debug)]
pub struct TrieState {
    accounts: RedBlackTreeMapSync<B256, Entry>,
    codes: HashTrieMapSync<B256, Bytecode>,
    /// What may be other than in the state that it was made from.
    written: HashTrieMapSync<Address, Written>,
    /// What has not changed since the last root was asked for.
    branches: Branches,
    /// Computed when it is asked for.
    root: OnceLock<(B256, Branches)>,
}

/// What was written of one account.
#[derive(Clone, Debug)]
struct Written {
    /// True when slots that are not named became zero.
    storage_reset: bool,
    slots: HashTrieSetSync<U256>,
}

/// The nonzero slots of one account: hash of the key to key and value.
type Storage = RedBlackTreeMapSync<B256, (U256, U256)>;

#[derive(Clone, Debug)]
struct Entry {
    address: Address,
    account: Account,
    storage: Storage,
    /// Kept: most accounts of a block did not change.
    storage_root: B256,
    branches: Branches,
}

impl Default for TrieState {
    fn default() -> Self {
        Self {
            accounts: RedBlackTreeMapSync::new_sync(),
            codes: HashTrieMapSync::new_sync(),
            written: HashTrieMapSync::new_sync(),
            branches: Branches::default(),
            root: OnceLock::new(),
        }
    }
}

impl TrieState {
    /// Sets a whole account; what was there is gone.
    pub fn insert(
        &mut self,
        address: Address,
        balance: U256,
        nonce: u64,
        code: Bytes,
        slots: impl IntoIterator<Item = (U256, U256)>,
    ) {
        let mut code_hash = KECCAK256_EMPTY;
        if !code.is_empty() {
            let code = bytecode_of(code);
            code_hash = code.hash_slow();
            self.codes.insert_mut(code_hash, code);
        }
        let account = Account {
            balance,
            nonce,
            code_hash,
        };
        let mut entry = Entry::new(address, account);
        entry.write(slots);
        let key = keccak256(address);
        self.touch(&key);
        self.accounts.insert_mut(key, entry);
    }

    /// The same state, of which nothing is written yet.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            written: HashTrieMapSync::new_sync(),
            ..self.clone()
        }
    }

    /// What makes this state of the one that it was made from, by [`Self::child`].
    pub fn diff(&self) -> StateDiff {
        let mut diff = StateDiff::default();
        for (address, written) in &self.written {
            let account = self.account(*address);
            let value = |slot: &U256| (*slot, self.storage(*address, *slot));
            let slots = match written.storage_reset {
                true => self.slots(*address).collect(),
                false => written.slots.iter().map(value).collect(),
            };
            if let Some(code_hash) = account.map(|account| account.code_hash)
                && let Some(code) = self.codes.get(&code_hash)
            {
                diff.codes.insert(code_hash, code.clone());
            }
            let change = AccountChange {
                account,
                storage_reset: written.storage_reset,
                slots,
            };
            diff.accounts.insert(*address, change);
        }
        diff
    }

    /// Takes over what a block changed.
    pub fn apply(&mut self, diff: &StateDiff) {
        for (hash, code) in &diff.codes {
            self.codes.insert_mut(*hash, code.clone());
        }
        for (address, change) in &diff.accounts {
            let key = keccak256(address);
            self.touch(&key);
            self.write(*address, change);
            let Some(account) = change.account else {
                self.accounts.remove_mut(&key);
                continue;
            };
            let before = self.accounts.get(&key);
            let entry = changed(before, *address, account, change);
            self.accounts.insert_mut(key, entry);
        }
    }

    /// Root of the state trie.
    #[must_use]
    pub fn root(&self) -> B256 {
        let computed = || {
            let encode = |entry: &Entry, out: &mut Vec<u8>| entry.leaf().encode(out);
            root(&self.accounts, &self.branches, encode)
        };
        self.root.get_or_init(computed).0
    }

    /// Keeps what `change` names.
    fn write(&mut self, address: Address, change: &AccountChange) {
        let known = self.written.get(&address).cloned();
        let mut written = known.unwrap_or_else(|| Written {
            storage_reset: false,
            slots: HashTrieSetSync::new_sync(),
        });
        // One that was not there has no slots to lose, or lost them when it went.
        written.storage_reset |= change.storage_reset || change.account.is_none();
        for slot in change.slots.keys() {
            written.slots.insert_mut(*slot);
        }
        self.written.insert_mut(address, written);
    }

    /// The account under this hash is about to change.
    fn touch(&mut self, key: &B256) {
        if let Some((_, branches)) = self.root.take() {
            self.branches = branches;
        }
        self.branches.touch(key);
    }

    /// The account at `address`, or `None` where there is none.
    #[must_use]
    pub fn account(&self, address: Address) -> Option<Account> {
        self.entry(address).map(|entry| entry.account)
    }

    /// The value of `slot` at `address`; zero where nothing was stored.
    #[must_use]
    pub fn storage(&self, address: Address, slot: U256) -> U256 {
        self.entry(address)
            .and_then(|entry| entry.storage.get(&hashed(slot)))
            .map(|(_, value)| *value)
            .unwrap_or_default()
    }

    /// The code with hash `code_hash`, analysed.
    ///
    /// # Errors
    ///
    /// [`SourceError::CodeUnknown`] when no account ever had it.
    pub fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        if code_hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        self.codes
            .get(&code_hash)
            .cloned()
            .ok_or(SourceError::CodeUnknown { code_hash })
    }

    /// Every account, in the order of the trie.
    pub fn accounts(&self) -> impl Iterator<Item = (Address, Account)> {
        self.accounts
            .values()
            .map(|entry| (entry.address, entry.account))
    }

    /// Every nonzero slot of `address` with its value, in the order of the trie.
    pub fn slots(&self, address: Address) -> impl Iterator<Item = (U256, U256)> {
        self.entry(address)
            .into_iter()
            .flat_map(|entry| entry.storage.values().copied())
    }

    /// The nonzero slots of `address` whose keys have hashes from `start` on, in the order of the trie: hash of the
    /// key, key and value.
    pub fn slots_from(
        &self,
        address: Address,
        start: B256,
    ) -> impl Iterator<Item = (B256, U256, U256)> {
        self.entry(address)
            .into_iter()
            .flat_map(move |entry| entry.storage.range(start..))
            .map(|(hash, (slot, value))| (*hash, *slot, *value))
    }

    /// Root of the storage trie of `address`.
    #[must_use]
    pub fn storage_root(&self, address: Address) -> B256 {
        self.entry(address)
            .map_or(EMPTY_ROOT_HASH, |entry| entry.storage_root)
    }

    /// The nodes of the state trie from the root towards `address`.
    #[must_use]
    pub fn proof(&self, address: Address) -> Vec<Bytes> {
        let leaves = self.accounts.iter();
        proof(
            keccak256(address),
            leaves.map(|(key, entry)| (*key, alloy_rlp::encode(entry.leaf()))),
        )
    }

    /// The nodes of the storage trie of `address` from the root towards `slot`.
    #[must_use]
    pub fn storage_proof(&self, address: Address, slot: U256) -> Vec<Bytes> {
        let leaves = self.entry(address).into_iter();
        let leaves = leaves.flat_map(|entry| entry.storage.iter());
        proof(
            hashed(slot),
            leaves.map(|(key, (_, value))| (*key, alloy_rlp::encode(value))),
        )
    }

    fn entry(&self, address: Address) -> Option<&Entry> {
        self.accounts.get(&keccak256(address))
    }
}

impl Entry {
    fn new(address: Address, account: Account) -> Self {
        Self {
            address,
            account,
            storage: Storage::new_sync(),
            storage_root: EMPTY_ROOT_HASH,
            branches: Branches::default(),
        }
    }

    /// Writes slots and computes the root anew, where there are any.
    fn write(&mut self, slots: impl IntoIterator<Item = (U256, U256)>) {
        let mut slots = slots.into_iter().peekable();
        if slots.peek().is_none() {
            return;
        }
        for (slot, value) in slots {
            let key = hashed(slot);
            self.branches.touch(&key);
            if value.is_zero() {
                self.storage.remove_mut(&key);
            } else {
                self.storage.insert_mut(key, (slot, value));
            }
        }
        let encode = |(_, value): &(U256, U256), out: &mut Vec<u8>| value.encode(out);
        (self.storage_root, self.branches) = root(&self.storage, &self.branches, encode);
    }

    fn leaf(&self) -> TrieAccount {
        TrieAccount {
            nonce: self.account.nonce,
            balance: self.account.balance,
            storage_root: self.storage_root,
            code_hash: self.account.code_hash,
        }
    }
}

/// The entry after `change`.
fn changed(
    before: Option<&Entry>,
    address: Address,
    account: Account,
    change: &AccountChange,
) -> Entry {
    let mut entry = match before {
        Some(before) if !change.storage_reset => Entry {
            account,
            ..before.clone()
        },
        _ => Entry::new(address, account),
    };
    entry.write(change.slots.iter().map(|(slot, value)| (*slot, *value)));
    entry
}

/// The nodes from the root of the trie of `leaves`, which are in order, towards `key`; none where the
/// trie is empty.
fn proof(key: B256, leaves: impl Iterator<Item = (B256, Vec<u8>)>) -> Vec<Bytes> {
    let target = Nibbles::unpack(key);
    let retainer = ProofRetainer::new(vec![target]);
    let mut builder = HashBuilder::default().with_proof_retainer(retainer);
    let mut leaves = leaves.peekable();
    if leaves.peek().is_none() {
        return Vec::new();
    }
    for (key, value) in leaves {
        builder.add_leaf(Nibbles::unpack(key), &value);
    }
    builder.root();
    let nodes = builder.take_proof_nodes().into_nodes_sorted();
    nodes.into_iter().map(|(_, node)| node).collect()
}

/// The hash of a slot. The same slots are asked for again and again, and each thread keeps some hundred
/// hashes: to compute one takes ten times as long as to find it.
fn hashed(slot: U256) -> B256 {
    HASHES.with_borrow_mut(|hashes| {
        // The low bits of a mapping's slot are as good as random; others are small numbers.
        let place = slot.as_limbs()[0] as usize % hashes.len();
        match &mut hashes[place] {
            Some((known, hash)) if *known == slot => *hash,
            other => {
                let hash = keccak256(slot.to_be_bytes::<32>());
                *other = Some((slot, hash));
                hash
            }
        }
    })
}

thread_local! {
    static HASHES: RefCell<[Option<(U256, B256)>; 512]> = const { RefCell::new([None; 512]) };
}
