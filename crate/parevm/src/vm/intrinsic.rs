//! Rules of a transaction that do not depend on accounts: chain id, type, fees, intrinsic gas.

use super::Environment;
use crate::state::{Overlay, SourceError, StateSource};
use revm::{
    context::{
        ContextSetters, TxEnv,
        result::{EVMError, InvalidTransaction},
    },
    handler::{Handler, MainnetHandler},
};

/// Checks `transaction` by the rules that depend only on `environment`.
///
/// # Errors
///
/// The rule that it breaks.
pub fn check_intrinsic(
    environment: &Environment,
    state: &dyn StateSource,
    transaction: TxEnv,
) -> Result<(), InvalidTransaction> {
    let mut evm = environment.evm(Overlay::new(state, environment.spec()));
    evm.ctx.set_tx(transaction);
    let handler = MainnetHandler::<_, EVMError<SourceError>, _>::default();
    let checked = handler
        .validate_env(&mut evm)
        .and_then(|()| handler.validate_initial_tx_gas(&mut evm));
    match checked {
        Ok(_) => Ok(()),
        Err(EVMError::Transaction(error)) => Err(error),
        Err(other) => Err(InvalidTransaction::Str(other.to_string().into())),
    }
}
