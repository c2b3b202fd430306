//! State before a block, proven by an execution witness.

use super::{
    Account, SourceError, StateSource, Witness, bytecode_of,
    sparse_trie::{MissingNode, SparseTrie},
};
use alloy_consensus::Header;
use alloy_primitives::{
    Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256,
    map::{B256Map, B256Set, HashMap},
};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};
use revm::bytecode::Bytecode;

/// State before a block, proven by an execution witness: trie nodes, codes and headers of ancestors, as
/// `debug_executionWitness` returns them.
///
/// To read a value that is not proven is an error; the value is never taken to be zero.
///
/// # Example
///
/// ```
/// use alloy_consensus::Header;
/// use alloy_primitives::Address;
/// use alloy_trie::EMPTY_ROOT_HASH;
/// use parevm::state::{ProvenState, StateSource};
///
/// let parent = Header { state_root: EMPTY_ROOT_HASH, ..Default::default() };
/// let headers = vec![alloy_rlp::encode(&parent).into()];
/// let state = ProvenState::new(parent.hash_slow(), Vec::new(), Vec::new(), headers)?;
/// // The empty root proves that no account exists.
/// assert_eq!(state.account(Address::ZERO)?, None);
/// assert_eq!(state.block_hash(0)?, parent.hash_slow());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ProvenState {
    witness: Witness,
    root: B256,
    codes: B256Map<Bytecode>,
    block_hashes: HashMap<u64, B256>,
}

/// Reason for which a witness does not fit its block. The witness is wrong; do not retry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// A header cannot be decoded.
    #[error("header {index} is not an RLP header")]
    Header {
        /// Position in the list, from zero.
        index: usize,
        /// The RLP error.
        source: alloy_rlp::Error,
    },
    /// The header of the parent, which has the state root before the block, is absent.
    #[error("the header of the parent {parent_hash} is absent")]
    ParentAbsent {
        /// Hash of the block's parent.
        parent_hash: B256,
    },
    /// Headers that are not ancestors of the block.
    #[error("{count} of the headers are not ancestors of the block")]
    Detached {
        /// Number of these headers.
        count: usize,
    },
}

impl ProvenState {
    /// Creates the state before a block with parent `parent_hash`, from encoded trie nodes, codes and encoded headers,
    /// each in any order.
    ///
    /// # Errors
    ///
    /// [`WitnessError`]: the headers are not the parent and its ancestors without a gap.
    pub fn new(
        parent_hash: B256,
        nodes: Vec<Bytes>,
        codes: Vec<Bytes>,
        headers: Vec<Bytes>,
    ) -> Result<Self, WitnessError> {
        let mut by_hash = B256Map::default();
        for (index, encoded) in headers.iter().enumerate() {
            let header = decode_header(encoded);
            let header = header.map_err(|source| WitnessError::Header { index, source })?;
            by_hash.insert(keccak256(encoded), header);
        }
        let parent = by_hash.get(&parent_hash);
        let parent = parent.ok_or(WitnessError::ParentAbsent { parent_hash })?;
        let root = parent.state_root;
        let mut block_hashes = HashMap::default();
        let mut hash = parent_hash;
        while let Some(header) = by_hash.remove(&hash) {
            block_hashes.insert(header.number, hash);
            hash = header.parent_hash;
        }
        if !by_hash.is_empty() {
            let count = by_hash.len();
            return Err(WitnessError::Detached { count });
        }
        let codes = codes.into_iter();
        let codes = codes.map(|code| (keccak256(&code), bytecode_of(code)));
        Ok(Self {
            witness: Witness::new(nodes, Some(root)),
            root,
            codes: codes.collect(),
            block_hashes,
        })
    }

    /// Returns the trie nodes, from which the state root after the block can be computed.
    #[must_use]
    pub fn witness(&self) -> &Witness {
        &self.witness
    }

    /// Recomputes the state root from all nodes of the witness. It is the one that the parent's header declares, unless
    /// a node is malformed.
    #[must_use]
    pub fn recompute_root(&self) -> RecomputedRoot {
        let mut seen = B256Set::default();
        let mut accounts = SparseTrie::new(&self.witness, self.root);
        accounts.load(&mut seen, &mut |value, seen| {
            let Ok(mut account) = TrieAccount::decode(&mut value.as_slice()) else {
                return;
            };
            let mut storage = SparseTrie::new(&self.witness, account.storage_root);
            storage.load(seen, &mut |_, _| {});
            account.storage_root = storage.root();
            *value = alloy_rlp::encode(account);
        });
        RecomputedRoot {
            root: accounts.root(),
            nodes: seen.len(),
        }
    }

    fn leaf(&self, address: Address) -> Result<Option<TrieAccount>, MissingNode> {
        let encoded = SparseTrie::new(&self.witness, self.root).get(keccak256(address))?;
        let Some(encoded) = encoded else {
            return Ok(None);
        };
        let account = TrieAccount::decode(&mut encoded.as_slice());
        account.map(Some).map_err(|_| MissingNode)
    }
}

/// State root that was recomputed from the nodes of a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecomputedRoot {
    /// The state root.
    pub root: B256,
    /// Number of nodes that are part of the state's tries. The others are not used.
    pub nodes: usize,
}

impl StateSource for ProvenState {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        let leaf = self.leaf(address);
        let leaf = leaf.map_err(|_| SourceError::AccountUnproven { address })?;
        Ok(leaf.map(|account| Account {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
        }))
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        if code_hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        let code = self.codes.get(&code_hash).cloned();
        code.ok_or(SourceError::CodeUnknown { code_hash })
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        let value = || {
            let Some(account) = self.leaf(address)? else {
                return Ok(U256::ZERO);
            };
            let storage = SparseTrie::new(&self.witness, account.storage_root);
            match storage.get(keccak256(slot.to_be_bytes::<32>()))? {
                Some(encoded) => U256::decode(&mut encoded.as_slice()).map_err(|_| MissingNode),
                None => Ok(U256::ZERO),
            }
        };
        value().map_err(|_: MissingNode| SourceError::SlotUnproven { address, slot })
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        let hash = self.block_hashes.get(&number).copied();
        hash.ok_or(SourceError::BlockHashAbsent { number })
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        let leaf = self.leaf(address);
        let leaf = leaf.map_err(|_| SourceError::AccountUnproven { address })?;
        Ok(leaf.is_some_and(|account| account.storage_root != EMPTY_ROOT_HASH))
    }
}

/// Decodes a header from all of `encoded`.
fn decode_header(mut encoded: &[u8]) -> Result<Header, alloy_rlp::Error> {
    let header = Header::decode(&mut encoded)?;
    match encoded {
        [] => Ok(header),
        _ => Err(alloy_rlp::Error::UnexpectedLength),
    }
}
