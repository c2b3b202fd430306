//! State before a simulated block.

use alloy_primitives::{Address, B256, U256};
use alloy_trie::EMPTY_ROOT_HASH;
use parevm::{
    state::{Account, SourceError, StateSource, TrieState},
    vm::Bytecode,
};
use std::collections::BTreeMap;

/// State before a simulated block, with the hashes of its ancestors.
pub(super) struct BranchState<'a> {
    pub(super) state: TrieState,
    /// Source of the block hashes that are not in `hashes`.
    pub(super) base: &'a dyn StateSource,
    /// Hashes of simulated blocks, and those that the request overrides.
    pub(super) hashes: BTreeMap<u64, B256>,
}

impl StateSource for BranchState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        Ok(self.state.account(address))
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.state.code(code_hash)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        Ok(self.state.storage(address, slot))
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        match self.hashes.get(&number) {
            Some(hash) => Ok(*hash),
            None => self.base.block_hash(number),
        }
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        Ok(self.state.storage_root(address) != EMPTY_ROOT_HASH)
    }
}
