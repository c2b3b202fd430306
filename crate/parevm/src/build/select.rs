//! Selection of the transactions that fit into a block.

use crate::{
    block::Block,
    execute::{BlockExecution, ExecuteError, ExecuteOptions},
    interrupt::Watch,
    state::{Overlay, StateSource},
    vm::{Environment, Recorded, Stop, Watched, collision, execute_error},
};
use revm::{DatabaseCommit, ExecuteEvm, context::ContextTr, inspector::NoOpInspector};

/// Executes the transactions of `block` in order, and returns for each the error that excludes it, if any.
///
/// # Errors
///
/// Errors that no transaction causes: the state cannot be read, the EVM failed, or `watch` interrupted.
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
            collision::inspect(&mut evm, transaction.env.clone())
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
                // Discards the loaded accounts: the next transaction must not find them warm.
                evm.finalize();
                Some(error)
            }
            Err(error) => return Err(error),
        });
    }
    Ok(refused)
}

/// Returns true if the block becomes valid without the transaction.
pub(crate) const fn is_fault_of_transaction(error: &ExecuteError) -> bool {
    matches!(
        error,
        ExecuteError::InvalidTransaction { .. }
            | ExecuteError::BlockGasExceeded { .. }
            | ExecuteError::BlobGasExceeded { .. }
    )
}
