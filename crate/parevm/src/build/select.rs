//! Which transactions a block can hold, of those that are offered for it.

use crate::{
    block::Block,
    execute::{BlockExecution, ExecuteError, ExecuteOptions},
    interrupt::Watch,
    state::{Overlay, StateSource},
    vm::{Environment, Recorded, Stop, Watched, execute_error, transact},
};
use revm::{DatabaseCommit, ExecuteEvm, context::ContextTr, inspector::NoOpInspector};

/// For each transaction of `block`, in order, why it cannot be there after those before it that can.
///
/// # Errors
///
/// What is no fault of a transaction: the state cannot be read, the EVM failed, or `watch` wants no more.
pub(crate) fn select(
    block: &Block,
    environment: &Environment,
    state: &dyn StateSource,
    watch: Option<Watch<'_>>,
) -> Result<Vec<Option<ExecuteError>>, ExecuteError> {
    let mut overlay = Overlay::new(state, environment.spec());
    let options = ExecuteOptions::default();
    let mut execution = BlockExecution::begin(block, environment, &options, &mut overlay)?;
    let watched = Watched::new(NoOpInspector, watch, Recorded::default(), 0);
    let mut evm = environment.inspected_evm(overlay, watched);
    let mut refused = Vec::with_capacity(block.transactions.len());
    for (index, transaction) in block.transactions.iter().enumerate() {
        let ran = execution.admit(index, transaction).and_then(|()| {
            transact::inspect(&mut evm, transaction.env.clone())
                .map_err(|error| execute_error(Some(index), error))
        });
        if let Some(Stop::Interrupted(interrupt)) = evm.inspector.stopped() {
            return Err(ExecuteError::Interrupted(interrupt));
        }
        refused.push(match ran {
            Ok(ran) => {
                execution.commit(transaction, ran.result)?;
                evm.ctx.db_mut().commit(ran.state);
                None
            }
            Err(error) if is_fault_of_transaction(&error) => {
                // What it loaded must not be seen by the next one.
                evm.finalize();
                Some(error)
            }
            Err(error) => return Err(error),
        });
    }
    Ok(refused)
}

/// Whether a block can be had by leaving one transaction out.
pub(crate) const fn is_fault_of_transaction(error: &ExecuteError) -> bool {
    matches!(
        error,
        ExecuteError::InvalidTransaction { .. }
            | ExecuteError::BlockGasExceeded { .. }
            | ExecuteError::BlobGasExceeded { .. }
    )
}
