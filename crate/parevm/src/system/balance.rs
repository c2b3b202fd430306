//! Changes a balance outside of any transaction.

use crate::{execute::ExecuteError, state::SourceError};
use alloy_primitives::{Address, U256, map::AddressMap};
use revm::{
    Database, DatabaseCommit,
    state::{Account, AccountInfo},
};

/// Raises the balance of `address` by `amount` wei and touches the account.
pub fn increase<DB>(database: &mut DB, address: Address, amount: U256) -> Result<(), ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    let info = read(database, address)?.unwrap_or_default();
    let raised = info.balance.saturating_add(amount);
    write(database, address, info, raised);
    Ok(())
}

/// Takes the whole balance of `address` and returns it, in wei.
pub(super) fn drain<DB>(database: &mut DB, address: Address) -> Result<U256, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    let Some(info) = read(database, address)? else {
        return Ok(U256::ZERO);
    };
    let drained = info.balance;
    write(database, address, info, U256::ZERO);
    Ok(drained)
}

fn read<DB>(database: &mut DB, address: Address) -> Result<Option<AccountInfo>, ExecuteError>
where
    DB: Database<Error = SourceError>,
{
    database
        .basic(address)
        .map_err(|source| ExecuteError::StateUnavailable {
            index: None,
            source,
        })
}

/// Commits `balance` for the account that was `info`.
fn write(database: &mut impl DatabaseCommit, address: Address, info: AccountInfo, balance: U256) {
    let mut account = Account::from(info);
    account.info.balance = balance;
    account.mark_touch();
    database.commit(AddressMap::from_iter([(address, account)]));
}
