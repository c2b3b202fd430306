//! Complete state of a chain at one block, with roots and proofs.

use super::{
    Account, AccountChange, SourceError, StateDiff, bytecode_of,
    keccak_cache::{hashed_address, hashed_slot},
    trie_root::{SubtrieHashes, root},
};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use alloy_rlp::Encodable;
use alloy_trie::{EMPTY_ROOT_HASH, HashBuilder, Nibbles, TrieAccount, proof::ProofRetainer};
use revm::bytecode::Bytecode;
use rpds::{HashTrieMapSync, HashTrieSetSync, RedBlackTreeMapSync};
use std::sync::OnceLock;

/// Complete state at one block. A clone is cheap: it shares the persistent maps.
///
/// Accounts and slots are in the order of the trie, by the hashes of their keys, so that a root is one pass without
/// sorting, and only over the parts of the trie that have changed since the last one.
#[derive(Clone, Debug)]
pub struct TrieState {
    accounts: RedBlackTreeMapSync<B256, AccountEntry>,
    codes: HashTrieMapSync<B256, Bytecode>,
    /// Writes since [`Self::child`].
    written: HashTrieMapSync<Address, WrittenAccount>,
    /// Hashes of the subtries that are unchanged since the last root.
    subtries: SubtrieHashes,
    /// Computed on demand.
    root: OnceLock<(B256, SubtrieHashes)>,
}

/// Writes to one account.
#[derive(Clone, Debug)]
struct WrittenAccount {
    /// True if slots that are not in `slots` became zero.
    storage_reset: bool,
    slots: HashTrieSetSync<U256>,
}

/// Nonzero slots of one account: hash of the key to key and value.
type Storage = RedBlackTreeMapSync<B256, (U256, U256)>;

/// Account with its storage.
#[derive(Clone, Debug)]
struct AccountEntry {
    address: Address,
    account: Account,
    storage: Storage,
    /// Cached: most accounts do not change in a block.
    storage_root: B256,
    subtries: SubtrieHashes,
}

impl Default for TrieState {
    fn default() -> Self {
        Self {
            accounts: RedBlackTreeMapSync::new_sync(),
            codes: HashTrieMapSync::new_sync(),
            written: HashTrieMapSync::new_sync(),
            subtries: SubtrieHashes::default(),
            root: OnceLock::new(),
        }
    }
}

impl TrieState {
    /// Inserts an account with its code and storage; replaces the previous one.
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
        let mut entry = AccountEntry::new(address, account);
        entry.write(slots);
        let key = hashed_address(address);
        self.invalidate_root(&key);
        self.accounts.insert_mut(key, entry);
    }

    /// Returns a clone without recorded writes: the state that a child block starts from.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            written: HashTrieMapSync::new_sync(),
            ..self.clone()
        }
    }

    /// Returns the writes since [`Self::child`]. Not in normal form: a value may equal the previous one.
    #[must_use]
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

    /// Applies the diff of a block.
    pub fn apply(&mut self, diff: &StateDiff) {
        for (hash, code) in &diff.codes {
            self.codes.insert_mut(*hash, code.clone());
        }
        for (address, change) in &diff.accounts {
            let key = hashed_address(*address);
            self.invalidate_root(&key);
            self.record_write(*address, change);
            let Some(account) = change.account else {
                self.accounts.remove_mut(&key);
                continue;
            };
            let before = self.accounts.get(&key);
            let entry = changed_entry(before, *address, account, change);
            self.accounts.insert_mut(key, entry);
        }
    }

    /// Returns the root of the state trie.
    #[must_use]
    pub fn root(&self) -> B256 {
        let computed = || {
            let encode = |entry: &AccountEntry, out: &mut Vec<u8>| entry.leaf().encode(out);
            root(&self.accounts, &self.subtries, encode)
        };
        self.root.get_or_init(computed).0
    }

    /// Records the writes of `change`, for [`Self::diff`].
    fn record_write(&mut self, address: Address, change: &AccountChange) {
        let known = self.written.get(&address).cloned();
        let mut written = known.unwrap_or_else(|| WrittenAccount {
            storage_reset: false,
            slots: HashTrieSetSync::new_sync(),
        });
        // A deleted account may have been created since `child`: then it has no slots to reset.
        written.storage_reset |= change.storage_reset || change.account.is_none();
        for slot in change.slots.keys() {
            written.slots.insert_mut(*slot);
        }
        self.written.insert_mut(address, written);
    }

    /// Invalidates the root before the account at this hash changes.
    fn invalidate_root(&mut self, key: &B256) {
        if let Some((_, subtries)) = self.root.take() {
            self.subtries = subtries;
        }
        self.subtries.invalidate(key);
    }

    /// Returns the account at `address`, or `None` if it does not exist.
    #[must_use]
    pub fn account(&self, address: Address) -> Option<Account> {
        self.entry(address).map(|entry| entry.account)
    }

    /// Returns the value of `slot` at `address`; zero if it was never written.
    #[must_use]
    pub fn storage(&self, address: Address, slot: U256) -> U256 {
        self.entry(address)
            .and_then(|entry| entry.storage.get(&hashed_slot(slot)))
            .map(|(_, value)| *value)
            .unwrap_or_default()
    }

    /// Returns the code with hash `code_hash`, analysed.
    ///
    /// # Errors
    ///
    /// [`SourceError::CodeUnknown`]: no account ever had it.
    pub fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        if code_hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        self.codes
            .get(&code_hash)
            .cloned()
            .ok_or(SourceError::CodeUnknown { code_hash })
    }

    /// Returns all accounts, in the order of the trie.
    pub fn accounts(&self) -> impl Iterator<Item = (Address, Account)> {
        self.accounts
            .values()
            .map(|entry| (entry.address, entry.account))
    }

    /// Returns the nonzero slots of `address` with their values, in the order of the trie.
    pub fn slots(&self, address: Address) -> impl Iterator<Item = (U256, U256)> {
        self.entry(address)
            .into_iter()
            .flat_map(|entry| entry.storage.values().copied())
    }

    /// Returns the nonzero slots of `address` from the key hash `start` on, in the order of the trie: hash of the key,
    /// key and value.
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

    /// Returns the root of the storage trie of `address`.
    #[must_use]
    pub fn storage_root(&self, address: Address) -> B256 {
        self.entry(address)
            .map_or(EMPTY_ROOT_HASH, |entry| entry.storage_root)
    }

    /// Returns the nodes of the state trie on the path from the root to `address`.
    #[must_use]
    pub fn proof(&self, address: Address) -> Vec<Bytes> {
        let leaves = self.accounts.iter();
        proof(
            hashed_address(address),
            leaves.map(|(key, entry)| (*key, alloy_rlp::encode(entry.leaf()))),
        )
    }

    /// Returns the nodes of the storage trie of `address` on the path from the root to `slot`.
    #[must_use]
    pub fn storage_proof(&self, address: Address, slot: U256) -> Vec<Bytes> {
        let leaves = self.entry(address).into_iter();
        let leaves = leaves.flat_map(|entry| entry.storage.iter());
        proof(
            hashed_slot(slot),
            leaves.map(|(key, (_, value))| (*key, alloy_rlp::encode(value))),
        )
    }

    fn entry(&self, address: Address) -> Option<&AccountEntry> {
        self.accounts.get(&hashed_address(address))
    }
}

impl AccountEntry {
    fn new(address: Address, account: Account) -> Self {
        Self {
            address,
            account,
            storage: Storage::new_sync(),
            storage_root: EMPTY_ROOT_HASH,
            subtries: SubtrieHashes::default(),
        }
    }

    /// Writes slots and, if there are any, recomputes the storage root.
    fn write(&mut self, slots: impl IntoIterator<Item = (U256, U256)>) {
        let mut slots = slots.into_iter().peekable();
        if slots.peek().is_none() {
            return;
        }
        for (slot, value) in slots {
            let key = hashed_slot(slot);
            self.subtries.invalidate(&key);
            if value.is_zero() {
                self.storage.remove_mut(&key);
            } else {
                self.storage.insert_mut(key, (slot, value));
            }
        }
        let encode = |(_, value): &(U256, U256), out: &mut Vec<u8>| value.encode(out);
        (self.storage_root, self.subtries) = root(&self.storage, &self.subtries, encode);
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

/// Returns the entry after `change`.
fn changed_entry(
    before: Option<&AccountEntry>,
    address: Address,
    account: Account,
    change: &AccountChange,
) -> AccountEntry {
    let mut entry = match before {
        Some(before) if !change.storage_reset => AccountEntry {
            account,
            ..before.clone()
        },
        _ => AccountEntry::new(address, account),
    };
    entry.write(change.slots.iter().map(|(slot, value)| (*slot, *value)));
    entry
}

/// Returns the nodes on the path from the root of the trie of `leaves`, which are ordered, to `key`; none if the trie is
/// empty.
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
