//! EIP-7002: withdrawals that the execution layer triggers.

use super::call::request;
use crate::{execute::ExecuteError, state::SourceError, vm::Environment};
use alloy_eips::eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS;
use alloy_primitives::Bytes;
use revm::{Database, DatabaseCommit};

/// Type byte of withdrawal requests (EIP-7685).
pub const REQUEST_TYPE: u8 = 1;

/// Takes this block's requests out of the contract's queue; `None` where the state has no such
/// contract.
///
/// # Errors
///
/// [`ExecuteError::SystemCall`] when the contract fails.
pub fn collect<DB>(
    database: &mut DB,
    environment: &Environment,
) -> Result<Option<Bytes>, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    request(database, environment, WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS)
}
