//! A call of the protocol to a contract of its own.

use super::Step;
use crate::{
    block::Block,
    execute::ExecuteError,
    state::SourceError,
    vm::{Environment, ExecutionResult, execute_error, failure::DatabaseFailure},
};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, map::AddressMap};
use revm::{
    Database, DatabaseCommit, SystemCallEvm, handler::system_call::SYSTEM_ADDRESS, state::Account,
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
    let info = database
        .basic(contract)
        .map_err(|failure| failure.into_execute_error(None))?;
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
        .map_err(|error| execute_error(None, error))?;
    drop(evm);
    // The caller is no account: it pays nothing and must not appear.
    ran.state.remove(&SYSTEM_ADDRESS);
    database.commit(ran.state);
    Ok(Some(ran.result))
}

/// As [`call`], for contracts that are told a word of the header before the first transaction.
pub(super) fn tell<DB>(
    database: &mut DB,
    block: &Block,
    environment: &Environment,
    contract: Address,
    word: Option<B256>,
) -> Result<Step, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    // The genesis block has no parent to tell of.
    if block.header.number == 0 {
        return Ok(Step::Done);
    }
    let ran = match word {
        Some(word) => call(database, environment, contract, word.into())?,
        None => None,
    };
    Ok(match ran {
        Some(_) => Step::Done,
        None => Step::Skipped,
    })
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
