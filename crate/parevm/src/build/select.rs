//! Selection of the transactions that a block can hold, of those that are offered.

use crate::{
    block::Block,
    execute::{BlockExecution, ExecuteError, ExecuteOptions},
    interrupt::Watch,
    state::{Overlay, StateSource},
    vm::{Environment, TransactError, execute_error, transact_watched},
};
use revm::DatabaseCommit;

/// For each transaction of `block`, in order, the reason why the block cannot hold it after those before it that it
/// can hold; `None` if it can.
///
/// # Errors
///
/// Errors that no transaction causes: the state cannot be read, the EVM failed, or `watch` ended the run.
pub(super) fn select(
    block: &Block,
    environment: &Environment,
    state: &dyn StateSource,
    watch: Option<Watch<'_>>,
) -> Result<Vec<Option<ExecuteError>>, ExecuteError> {
    let mut overlay = Overlay::new(state, environment.spec());
    let options = ExecuteOptions::default();
    let mut execution = BlockExecution::begin(block, environment, &options, &mut overlay)?;
    let mut refused = Vec::with_capacity(block.transactions.len());
    for (index, transaction) in block.transactions.iter().enumerate() {
        let admitted = execution.admit(index, transaction);
        let ran = admitted.and_then(|()| {
            transact_watched(environment, &mut overlay, transaction.env.clone(), watch).map_err(
                |error| match error {
                    TransactError::Interrupted(interrupt) => ExecuteError::Interrupted(interrupt),
                    TransactError::Evm(error) => execute_error(Some(index), error),
                    TransactError::TooLarge => ExecuteError::Bug {
                        invariant: "a watch records nothing",
                    },
                },
            )
        });
        refused.push(match ran {
            Ok(ran) => {
                execution.commit(transaction, ran.result)?;
                overlay.commit(ran.state);
                None
            }
            Err(error) if is_fault_of_transaction(&error) => Some(error),
            Err(error) => return Err(error),
        });
    }
    Ok(refused)
}

/// Whether a block is possible without the transaction that caused `error`.
pub(super) const fn is_fault_of_transaction(error: &ExecuteError) -> bool {
    matches!(
        error,
        ExecuteError::InvalidTransaction { .. }
            | ExecuteError::BlockGasExceeded { .. }
            | ExecuteError::BlobGasExceeded { .. }
    )
}
