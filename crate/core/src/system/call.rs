//! A call of the protocol to a contract of its own.

use crate::{
    execute::ExecuteError,
    state::SourceError,
    vm::{Environment, ExecutionResult},
};
use alloy_primitives::{Address, Bytes, KECCAK256_EMPTY, map::AddressMap};
use revm::{
    Database, DatabaseCommit, SystemCallEvm, context::result::EVMError,
    handler::system_call::SYSTEM_ADDRESS, state::Account,
};

/// Calls `contract` as the system address and commits what it changed; `None` where the state has
/// no such contract.
pub(super) fn call<DB>(
    database: &mut DB,
    environment: &Environment,
    contract: Address,
    input: Bytes,
) -> Result<Option<ExecutionResult>, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    let unavailable = |source| ExecuteError::StateUnavailable {
        index: None,
        source,
    };
    let info = database.basic(contract).map_err(unavailable)?;
    if info
        .as_ref()
        .is_none_or(|info| info.code_hash == KECCAK256_EMPTY)
    {
        // Looked at and left as it is: an access list names it.
        let account = info.map(Account::from).unwrap_or_default();
        database.commit(AddressMap::from_iter([(contract, account)]));
        return Ok(None);
    }
    let mut evm = environment.evm(&mut *database);
    let mut ran = evm
        .system_call(contract, input)
        .map_err(|error| match error {
            EVMError::Database(source) => unavailable(source),
            other => ExecuteError::Evm {
                index: None,
                message: other.to_string(),
            },
        })?;
    drop(evm);
    // The caller is no account: it pays nothing and must not appear.
    ran.state.remove(&SYSTEM_ADDRESS);
    database.commit(ran.state);
    Ok(Some(ran.result))
}

/// As [`call`], for contracts whose output is a request: returns the output, or `None` where the
/// state has no such contract.
pub(super) fn request<DB>(
    database: &mut DB,
    environment: &Environment,
    contract: Address,
) -> Result<Option<Bytes>, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    match call(database, environment, contract, Bytes::new())? {
        None => Ok(None),
        Some(ExecutionResult::Success { output, .. }) => Ok(Some(output.into_data())),
        Some(_) => Err(ExecuteError::SystemCall { contract }),
    }
}
