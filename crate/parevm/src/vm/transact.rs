//! Execution of one transaction.

use super::{ExecutionResult, InvalidTransaction, eip7610::Eip7610Evm, environment::ContextEvm};
use crate::state::StorageAware;
use revm::{
    Inspector,
    context::{
        ContextSetters, ContextTr, JournalTr,
        journaled_state::JournalCheckpoint,
        result::{EVMError, ResultAndState},
    },
    handler::{FrameResult, Handler, MainnetHandler, evm::ContextTrDbError},
    inspector::{InspectorHandler, JournalExt},
    interpreter::GasTracker,
    state::EvmState,
};

type EvmResult<C, T> = Result<T, EVMError<ContextTrDbError<C>, InvalidTransaction>>;

/// Executes `transaction` and returns its result and state changes.
///
/// # Errors
///
/// The transaction is invalid, or the database failed.
pub fn run<C, I>(evm: &mut ContextEvm<C, I>, transaction: C::Tx) -> EvmResult<C, ResultAndState>
where
    C: ContextTr<Journal: JournalTr<State = EvmState>, Db: StorageAware> + ContextSetters,
{
    evm.ctx.set_tx(transaction);
    let result = replay_one(evm)?;
    Ok(ResultAndState::new(
        result,
        evm.ctx.journal_mut().finalize(),
    ))
}

/// Executes the transaction of the context and leaves its state changes in the journal.
///
/// # Errors
///
/// As [`run`].
pub(crate) fn replay_one<C, I>(evm: &mut ContextEvm<C, I>) -> EvmResult<C, ExecutionResult>
where
    C: ContextTr<Journal: JournalTr<State = EvmState>, Db: StorageAware>,
{
    MainnetHandler::default().run(&mut Eip7610Evm(evm))
}

/// Executes `transaction` with the inspector and returns its result and state changes.
///
/// # Errors
///
/// As [`run`].
pub fn inspect<C, I>(evm: &mut ContextEvm<C, I>, transaction: C::Tx) -> EvmResult<C, ResultAndState>
where
    C: ContextTr<Journal: JournalTr<State = EvmState> + JournalExt, Db: StorageAware>
        + ContextSetters,
    I: Inspector<C>,
{
    evm.ctx.set_tx(transaction);
    let result: EvmResult<C, ExecutionResult> =
        MainnetHandler::default().inspect_run(&mut Eip7610Evm(evm));
    let result = result?;
    Ok(ResultAndState::new(
        result,
        evm.ctx.journal_mut().finalize(),
    ))
}

/// Executes the frames of the transaction of the context, without validation and fees.
///
/// Reverts to `checkpoint` if the outermost frame fails. Returns `None` if the gas does not suffice to
/// start.
///
/// # Errors
///
/// The database failed.
pub fn run_frames<C, I>(
    evm: &mut ContextEvm<C, I>,
    checkpoint: JournalCheckpoint,
    gas: &mut GasTracker,
) -> EvmResult<C, Option<FrameResult>>
where
    C: ContextTr<Journal: JournalTr<State = EvmState>, Db: StorageAware>,
{
    let mut handler = MainnetHandler::<_, EVMError<_, _>, _>::default();
    handler.execution(&mut Eip7610Evm(evm), checkpoint, gas)
}
