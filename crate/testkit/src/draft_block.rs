//! Draft of a block: accepts only transactions that keep the block valid.

use crate::{corrected_cache::CorrectedCacheDb, reference::MemoryStateRef};
use alloy_primitives::Address;
use parevm::{
    Block, MemoryState,
    block::Transaction,
    execute::GasPool,
    vm::{BlockEvm, Environment},
};
use revm::{Database, ExecuteCommitEvm, context::ContextTr};

/// Draft of a block with the state after its transactions.
pub(crate) struct DraftBlock<'a> {
    evm: BlockEvm<CorrectedCacheDb<MemoryStateRef<'a>>>,
    gas_pool: GasPool,
    transactions: usize,
}

impl<'a> DraftBlock<'a> {
    /// Creates an empty draft with the header and schedule of `block`, on `state`.
    pub(crate) fn new(block: &Block, state: &'a MemoryState) -> Self {
        let environment = Environment::new(block);
        let database = CorrectedCacheDb::new(MemoryStateRef(state), environment.spec());
        Self {
            evm: environment.evm(database),
            gas_pool: GasPool::new(&environment),
            transactions: 0,
        }
    }

    /// Returns the nonce of an account after the transactions of the draft.
    pub(crate) fn nonce(&mut self, address: Address) -> u64 {
        let account = self.evm.ctx.db_mut().basic(address).ok().flatten();
        account.map_or(0, |account| account.nonce)
    }

    /// Executes `candidate` and adds it. Returns false and changes nothing if it makes the block invalid.
    pub(crate) fn try_push(&mut self, candidate: &Transaction) -> bool {
        let mut gas_pool = self.gas_pool;
        if gas_pool.admit(self.transactions, &candidate.env).is_err() {
            return false;
        }
        let Ok(result) = self.evm.transact_commit(candidate.env.clone()) else {
            return false;
        };
        gas_pool.commit(result.gas());
        self.gas_pool = gas_pool;
        self.transactions += 1;
        true
    }
}
