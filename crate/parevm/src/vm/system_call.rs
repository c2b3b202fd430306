//! Call of the protocol to a system contract.

use super::{Environment, ExecutionResult, SpecId, TxEnv};
use crate::state::SourceError;
use alloy_primitives::{Address, Bytes};
use revm::{
    Database, DatabaseCommit, ExecuteEvm,
    context::{ContextSetters, result::EVMError},
    handler::{Handler, MainnetHandler, SystemCallTx, system_call::SYSTEM_ADDRESS},
    state::EvmState,
};

/// Database of the changes of the protocol. A trait object: the EVM of system calls is compiled once, for all executors.
pub trait ProtocolDatabase: Database<Error = SourceError> + DatabaseCommit {}

impl<DB: Database<Error = SourceError> + DatabaseCommit> ProtocolDatabase for DB {}

/// Gas limit before Amsterdam (EIP-4788).
const GAS_LIMIT: u64 = 30_000_000;

/// Calls `contract` as the system address and returns the result and the state changes, without the
/// caller: it is not an account and pays nothing.
///
/// # Errors
///
/// The database failed.
pub(crate) fn system_call(
    environment: &Environment,
    database: &mut dyn ProtocolDatabase,
    contract: Address,
    input: Bytes,
) -> Result<(ExecutionResult, EvmState), EVMError<SourceError>> {
    let mut evm = environment.evm(database);
    let mut transaction = TxEnv::new_system_tx_with_caller(SYSTEM_ADDRESS, contract, input);
    if !environment.spec().is_enabled_in(SpecId::AMSTERDAM) {
        // revm adds state gas, which exists only from Amsterdam on (EIP-8037).
        transaction.gas_limit = GAS_LIMIT;
    }
    evm.set_tx(transaction);
    let result: Result<_, EVMError<SourceError>> =
        MainnetHandler::default().run_system_call(&mut evm);
    let result = result?;
    let mut state = evm.finalize();
    state.remove(&SYSTEM_ADDRESS);
    Ok((result, state))
}
