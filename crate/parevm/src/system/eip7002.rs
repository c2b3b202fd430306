//! EIP-7002: withdrawals triggered by the execution layer.

use super::call::request;
use crate::{error::ExecuteError, state::SourceError, vm::Environment};
use alloy_eips::eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS;
use alloy_primitives::Bytes;
use revm::{Database, DatabaseCommit};

/// Type byte of withdrawal requests (EIP-7685).
pub const REQUEST_TYPE: u8 = 1;

/// Dequeues the requests of this block from the contract; `None` if the state lacks the contract.
///
/// # Errors
///
/// [`ExecuteError::SystemCall`]: the contract failed.
pub fn collect<DB>(
    database: &mut DB,
    environment: &Environment,
) -> Result<Option<Bytes>, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    request(database, environment, WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS)
}
