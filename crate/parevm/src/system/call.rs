//! Call of the protocol to a system contract, with its state changes committed.

use super::{ChangeStatus, ProtocolDatabase};
use crate::{
    block::Block,
    error::ExecuteError,
    vm::{Environment, ExecutionResult, execute_error, failure::DatabaseFailure, system_call},
};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, map::AddressMap};
use revm::state::Account as EvmAccount;

/// Calls `contract` as the system address and commits the changes; `None` if the state lacks the
/// contract.
pub(super) fn call(
    database: &mut dyn ProtocolDatabase,
    environment: &Environment,
    contract: Address,
    input: Bytes,
) -> Result<Option<ExecutionResult>, ExecuteError> {
    let info = database
        .basic(contract)
        .map_err(|failure| failure.into_execute_error(None))?;
    if info
        .as_ref()
        .is_none_or(|info| info.code_hash == KECCAK256_EMPTY)
    {
        // Accessed and unchanged: an access list has it.
        let account = info.map(EvmAccount::from).unwrap_or_default();
        database.commit(AddressMap::from_iter([(contract, account)]));
        return Ok(None);
    }
    let (result, changes) = system_call(environment, &mut *database, contract, input)
        .map_err(|error| execute_error(None, error))?;
    database.commit(changes);
    Ok(Some(result))
}

/// Calls a contract that stores a word of the header, before the first transaction.
pub(super) fn store_word(
    database: &mut dyn ProtocolDatabase,
    block: &Block,
    environment: &Environment,
    contract: Address,
    word: Option<B256>,
) -> Result<ChangeStatus, ExecuteError> {
    // The genesis block has no parent.
    if block.header.number == 0 {
        return Ok(ChangeStatus::Applied);
    }
    let result = match word {
        Some(word) => call(database, environment, contract, word.into())?,
        None => None,
    };
    Ok(match result {
        Some(_) => ChangeStatus::Applied,
        None => ChangeStatus::Skipped,
    })
}

/// Calls a request contract and returns its output; `None` if the state lacks the contract.
pub(super) fn request(
    database: &mut dyn ProtocolDatabase,
    environment: &Environment,
    contract: Address,
) -> Result<Option<Bytes>, ExecuteError> {
    match call(database, environment, contract, Bytes::new())? {
        None => Ok(None),
        Some(ExecutionResult::Success { output, .. }) => Ok(Some(output.into_data())),
        Some(_) => Err(ExecuteError::SystemCall { contract }),
    }
}
