//! Which transactions a block may take next.

use crate::{baseline::Below, mended::Mended};
use alloy_primitives::Address;
use parevm::{
    Block, MemoryState,
    block::Transaction,
    execute::GasPool,
    vm::{BlockEvm, Environment},
};
use revm::{Database, ExecuteCommitEvm, context::ContextTr};

/// Runs candidates one after the other on the state before a block, and refuses those that make the
/// block invalid.
pub(crate) struct Admission<'a> {
    evm: BlockEvm<Mended<Below<'a>>>,
    gas_pool: GasPool,
    admitted: usize,
}

impl<'a> Admission<'a> {
    /// For a block with the header and schedule of `block`, before its first transaction.
    pub(crate) fn new(block: &Block, state: &'a MemoryState) -> Self {
        let environment = Environment::new(block);
        let database = Mended::new(Below(state), environment.spec());
        Self {
            evm: environment.evm(database),
            gas_pool: GasPool::new(&environment),
            admitted: 0,
        }
    }

    /// The nonce of an account after what was admitted.
    pub(crate) fn nonce(&mut self, address: Address) -> u64 {
        let account = self.evm.ctx.db_mut().basic(address).ok().flatten();
        account.map_or(0, |account| account.nonce)
    }

    /// Runs `candidate`; false where it is refused, and then nothing has changed.
    pub(crate) fn admit(&mut self, candidate: &Transaction) -> bool {
        let mut gas_pool = self.gas_pool;
        if gas_pool.admit(self.admitted, &candidate.env).is_err() {
            return false;
        }
        let Ok(result) = self.evm.transact_commit(candidate.env.clone()) else {
            return false;
        };
        gas_pool.commit(result.gas());
        self.gas_pool = gas_pool;
        self.admitted += 1;
        true
    }
}
