//! Balance changes outside of transactions.

use super::ProtocolDatabase;
use crate::error::ExecuteError;
use alloy_primitives::{Address, U256, map::AddressMap};
use revm::state::{Account as EvmAccount, AccountInfo};

/// Increases the balance of `address` by `amount` wei and touches the account.
///
/// # Errors
///
/// The state cannot be read.
pub fn increase(
    database: &mut dyn ProtocolDatabase,
    address: Address,
    amount: U256,
) -> Result<(), ExecuteError> {
    let info = read(database, address)?.unwrap_or_default();
    let increased = info.balance.saturating_add(amount);
    write(database, address, info, increased);
    Ok(())
}

/// Sets the balance of `address` to zero and returns the previous one, in wei.
pub(super) fn drain(
    database: &mut dyn ProtocolDatabase,
    address: Address,
) -> Result<U256, ExecuteError> {
    let Some(info) = read(database, address)? else {
        return Ok(U256::ZERO);
    };
    let drained = info.balance;
    write(database, address, info, U256::ZERO);
    Ok(drained)
}

fn read(
    database: &mut dyn ProtocolDatabase,
    address: Address,
) -> Result<Option<AccountInfo>, ExecuteError> {
    database
        .basic(address)
        .map_err(|source| ExecuteError::StateUnavailable {
            index: None,
            source,
        })
}

/// Commits the account `info` with `balance`.
fn write(database: &mut dyn ProtocolDatabase, address: Address, info: AccountInfo, balance: U256) {
    let mut account = EvmAccount::from(info);
    account.info.balance = balance;
    account.mark_touch();
    database.commit(AddressMap::from_iter([(address, account)]));
}
