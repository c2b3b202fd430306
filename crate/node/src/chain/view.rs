//! State after a block of a chain, as executors read it.

use super::Chain;
use alloy_primitives::{Address, B256, U256};
use alloy_trie::EMPTY_ROOT_HASH;
use parevm::{build::ExecutedBlock, state::TrieState};
use parevm::{
    state::{Account, SourceError, StateSource},
    vm::Bytecode,
};

/// State after a block of a chain, with the hashes of the block and its ancestors.
#[derive(Clone, Copy, Debug)]
pub struct ChainView<'a> {
    chain: &'a Chain,
    block: &'a ExecutedBlock,
}

impl<'a> ChainView<'a> {
    pub(super) const fn new(chain: &'a Chain, block: &'a ExecutedBlock) -> Self {
        Self { chain, block }
    }

    /// Returns the state, if it is known.
    fn known(&self) -> Result<&'a TrieState, SourceError> {
        match self.chain.has_state(self.block) {
            true => Ok(&self.block.state),
            false => Err(SourceError::StateUnknown {
                number: self.block.number(),
            }),
        }
    }

    /// Returns the state without block hashes.
    #[must_use]
    pub const fn state(&self) -> &'a TrieState {
        &self.block.state
    }
}

impl StateSource for ChainView<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        Ok(self.known()?.account(address))
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.known()?.code(code_hash)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        Ok(self.known()?.storage(address, slot))
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        let absent = SourceError::BlockHashAbsent { number };
        if number > self.block.number() {
            return Err(absent);
        }
        if self.chain.is_canonical(self.block) {
            let block = self.chain.block_at(number).ok_or(absent)?;
            return Ok(block.hash);
        }
        let mut ancestors = self.chain.ancestors(self.block.hash);
        let block = ancestors.find(|block| block.number() == number);
        block.map(|block| block.hash).ok_or(absent)
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        Ok(self.known()?.storage_root(address) != EMPTY_ROOT_HASH)
    }
}
