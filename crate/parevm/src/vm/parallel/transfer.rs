//! Payments in a parallel run, without revm's frames.

use super::{
    commuting_evm::{CommutingEvm, Ran},
    view_error::ViewError,
    write_set::record_transfer,
};
use crate::{execute::AccessListOutput, vm::transfer::Transfer};

impl CommutingEvm<'_, '_> {
    /// Carries out the transaction that is set, if it is a payment that needs no EVM. `None` where it
    /// is not; then it has read nothing.
    pub(super) fn transfer(&mut self) -> Result<Option<Ran>, ViewError> {
        // An access list is made of what revm has loaded.
        if self.output == AccessListOutput::Returned {
            return Ok(None);
        }
        let Some(transfer) = Transfer::of(&mut self.inner.ctx, &self.inner.precompiles) else {
            return Ok(None);
        };
        let (transaction, spec) = (self.inner.ctx.tx, self.inner.ctx.cfg.spec);
        let database = self.database();
        let sender = database.load(transfer.sender)?;
        let recipient = database.load(transfer.recipient)?;
        if !transfer.is_usual(sender.seen.account, recipient.seen.account) {
            database.view.restart();
            database.begin(transaction);
            return Ok(None);
        }
        record_transfer(database, &transfer, sender, recipient, spec)?;
        Ok(Some(Ran {
            result: transfer.result(),
            changes: None,
            reward: transfer.beneficiary.map(|_| transfer.reward),
        }))
    }
}
