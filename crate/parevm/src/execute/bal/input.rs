//! Input of an execution by access list.

use crate::{
    bal::{BalMismatch, BalState, BlockAccessList},
    block::Block,
    execute::pool_workers::PoolWorkers,
    state::StateSource,
    vm::{Environment, SpecId},
};

/// Block with its access list and the state before it.
pub(crate) struct Input<'a> {
    pub(crate) block: &'a Block,
    pub(crate) environment: &'a Environment,
    pub(crate) state: &'a dyn StateSource,
    pub(crate) list: &'a BlockAccessList,
}

impl<'a> Input<'a> {
    /// Creates the state of the list, on the workers of `pool`.
    ///
    /// # Errors
    ///
    /// Reason why the list cannot be used, as far as it is known before an execution.
    pub(super) fn bal_state(
        &self,
        pool: Option<PoolWorkers<'_>>,
    ) -> Result<BalState<'a>, BalMismatch> {
        if !self
            .environment
            .spec()
            .is_enabled_in(SpecId::SPURIOUS_DRAGON)
        {
            return Err(BalMismatch::Fork);
        }
        let Block {
            transactions,
            header,
            ..
        } = self.block;
        let check = || self.list.check(transactions.len(), header.gas_limit);
        let bal_state = || BalState::new(self.list, self.state);
        let (checked, bal_state) = match pool {
            Some(pool) => pool.both(self.list.accounts().len(), check, bal_state),
            None => (check(), bal_state()),
        };
        checked.map_err(BalMismatch::Malformed)?;
        Ok(bal_state)
    }
}
