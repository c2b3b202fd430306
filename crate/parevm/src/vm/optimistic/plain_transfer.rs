//! Plain transfers in an optimistic execution, without revm's frames.

use super::{
    evm::{OptimisticEvm, StateChanges},
    state_program::StateProgram,
    view_error::ViewError,
    write_set::record_transfer,
};
use crate::vm::transfer::Transfer;

impl<'m, P: StateProgram + 'm> OptimisticEvm<'m, P> {
    /// Executes the transaction of the context, if it is a plain transfer, and returns it. `None` if it is
    /// not; the read set is empty then.
    pub(super) fn transfer(&mut self) -> Result<Option<Transfer>, ViewError> {
        // An access list needs the accounts that revm has loaded.
        if self.state_changes == StateChanges::Kept {
            return Ok(None);
        }
        let Some(transfer) = Transfer::of(&mut self.inner.ctx, &self.inner.precompiles) else {
            return Ok(None);
        };
        let (transaction, spec) = (self.inner.ctx.tx, self.inner.ctx.cfg.spec);
        let database = self.database();
        let sender = database.load(transfer.sender)?;
        let recipient = database.load(transfer.recipient)?;
        if !transfer.applies_to(sender.seen.account, recipient.seen.account) {
            database.view.restart();
            database.start(transaction);
            return Ok(None);
        }
        record_transfer(database, &transfer, sender, recipient, spec)?;
        Ok(Some(transfer))
    }
}
