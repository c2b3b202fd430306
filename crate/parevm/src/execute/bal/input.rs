//! Input of an execution by access list.

use crate::{
    bal::{BalMismatch, BalState, BlockAccessList},
    block::Block,
    execute::pool::Pool,
    state::StateSource,
    vm::{Environment, SpecId},
};

/// A block with its access list and the state before it.
pub(crate) struct Input<'a> {
    pub(crate) block: &'a Block,
    pub(crate) environment: &'a Environment,
    pub(crate) state: &'a dyn StateSource,
    pub(crate) list: &'a BlockAccessList,
}

impl<'a> Input<'a> {
    /// Lays the list over the state, on the threads of `pool`.
    ///
    /// # Errors
    ///
    /// Why the list cannot be used, as far as it shows without an execution.
    pub(super) fn bal_state(&self, pool: Option<Pool<'_>>) -> Result<BalState<'a>, BalMismatch> {
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
