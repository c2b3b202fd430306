//! A call of the protocol to a contract of its own.

use super::Step;
use crate::{
    block::Block,
    execute::ExecuteError,
    state::SourceError,
    vm::{Environment, ExecutionResult, SpecId, TxEnv, execute_error, failure::DatabaseFailure},
};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, map::AddressMap};
use revm::{
    Database, DatabaseCommit, ExecuteEvm,
    context::ContextSetters,
    handler::{Handler, MainnetHandler, SystemCallTx, system_call::SYSTEM_ADDRESS},
    state::Account,
};

/// Gas of a call before Amsterdam (EIP-4788).
const GAS_LIMIT: u64 = 30_000_000;

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
    let mut transaction = TxEnv::new_system_tx_with_caller(SYSTEM_ADDRESS, contract, input);
    if !environment.spec().is_enabled_in(SpecId::AMSTERDAM) {
        // revm adds state gas, which there is only from Amsterdam on (EIP-8037).
        transaction.gas_limit = GAS_LIMIT;
    }
    evm.set_tx(transaction);
    let result = MainnetHandler::default()
        .run_system_call(&mut evm)
        .map_err(|error| execute_error(None, error))?;
    let mut state = evm.finalize();
    drop(evm);
    // The caller is no account: it pays nothing and must not appear.
    state.remove(&SYSTEM_ADDRESS);
    database.commit(state);
    Ok(Some(result))
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
