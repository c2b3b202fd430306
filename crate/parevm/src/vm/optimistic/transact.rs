//! Execution of one transaction on the view of the multi-version memory.

use super::{
    context::ViewEvmError,
    evm::{OptimisticEvm, StateChanges},
    handler::{HandlerProgress, OptimisticHandler},
    state_program::StateProgram,
    view_error::ViewError,
    write_set,
};
use crate::vm::{ExecutionResult, TxEnv, journal::clear, transfer::Transfer};
use alloy_primitives::U256;
use parevm_stm::Progress;
use revm::{
    context::{ContextSetters, result::EVMError},
    state::EvmState,
};

/// Output of a transaction beside its write set.
#[derive(Debug, PartialEq)]
pub(crate) struct TransactionOutput {
    pub(crate) result: ExecutionResult,
    /// Accounts that the transaction loaded and changed, if [`StateChanges::Kept`]. Balances are those that
    /// it saw, which may differ from those at its position in the block.
    pub(crate) changes: Option<Box<EvmState>>,
    /// Reward that it paid to the beneficiary, in wei, if it has not loaded that account.
    pub(crate) reward: Option<U256>,
}

type TransactResult = Result<Progress<TransactionOutput>, ViewEvmError>;

impl From<&Transfer> for TransactionOutput {
    fn from(transfer: &Transfer) -> Self {
        Self {
            result: transfer.result(),
            changes: None,
            reward: transfer.beneficiary.map(|_| transfer.reward),
        }
    }
}

impl<'m, P: StateProgram + 'm> OptimisticEvm<'m, P> {
    /// Executes `transaction` and leaves its read set and write set in the view.
    pub(crate) fn transact(&mut self, transaction: &'m TxEnv) -> TransactResult {
        self.inner.ctx.set_tx(transaction);
        self.start()
    }

    /// Resumes the suspended transaction.
    pub(crate) fn resume(&mut self) -> TransactResult {
        self.database().resume();
        match self.continuation.take() {
            Some(continuation) => {
                let progress = OptimisticHandler::new().resume(self, continuation);
                self.complete(progress)
            }
            // It was suspended before its first frame.
            None => {
                self.database().view.restart();
                self.start()
            }
        }
    }

    fn start(&mut self) -> TransactResult {
        let transaction = self.inner.ctx.tx;
        self.database().start(transaction);
        self.reward = None;
        self.continuation = None;
        match self.transfer() {
            Ok(None) => {}
            Ok(Some(transfer)) => return Ok(Progress::Done((&transfer).into())),
            Err(ViewError::Suspended) => return Ok(Progress::Suspended),
            Err(error) => return Err(EVMError::Database(error)),
        }
        let progress = OptimisticHandler::new().start(self);
        self.complete(progress)
    }

    /// Records the write set of a complete transaction, or keeps the continuation of a suspended one.
    fn complete(&mut self, progress: Result<HandlerProgress, ViewEvmError>) -> TransactResult {
        let journal = &mut self.inner.ctx.journaled_state;
        let result = match progress {
            Ok(HandlerProgress::Done(result)) => result,
            Ok(HandlerProgress::Suspended(continuation)) => {
                self.continuation = Some(continuation);
                return Ok(Progress::Suspended);
            }
            Err(error) => {
                // A failed transaction leaves the accounts that it loaded in the journal.
                clear(&mut journal.inner);
                return match error {
                    EVMError::Database(ViewError::Suspended) => Ok(Progress::Suspended),
                    error => Err(error),
                };
            }
        };
        let changes = match self.state_changes {
            StateChanges::Kept => Some(Box::new(journal.inner.state.clone())),
            StateChanges::Dropped => None,
        };
        let spec = journal.inner.cfg.spec;
        let recorded = write_set::record(&mut journal.database, &journal.inner.state, spec);
        clear(&mut journal.inner);
        recorded.map_err(EVMError::Database)?;
        Ok(Progress::Done(TransactionOutput {
            result,
            changes,
            reward: self.reward,
        }))
    }
}
