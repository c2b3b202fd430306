//! Changes a balance outside of any transaction.

use crate::{execute::ExecuteError, state::SourceError};
use alloy_primitives::{Address, U256, map::AddressMap};
use revm::{
    Database, DatabaseCommit,
    state::{Account, AccountInfo},
};

/// Raises the balance of `address` by `amount` wei and touches the account.
pub(super) fn increase<DB>(
    database: &mut DB,
    address: Address,
    amount: U256,
) -> Result<(), ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    let info = read(database, address)?.unwrap_or_default();
    let raised = info.balance.saturating_add(amount);
    write(
        database,
        address,
        AccountInfo {
            balance: raised,
            ..info
        },
    );
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
    write(
        database,
        address,
        AccountInfo {
            balance: U256::ZERO,
            ..info
        },
    );
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

fn write(database: &mut impl DatabaseCommit, address: Address, info: AccountInfo) {
    let mut account = Account::from(info);
    account.mark_touch();
    database.commit(AddressMap::from_iter([(address, account)]));
}
