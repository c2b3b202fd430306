//! EIP-7251: consolidations that the execution layer triggers.

use super::call::request;
use crate::{execute::ExecuteError, state::SourceError, vm::Environment};
use alloy_eips::eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS;
use alloy_primitives::Bytes;
use revm::{Database, DatabaseCommit};

/// Type byte of consolidation requests (EIP-7685).
pub const REQUEST_TYPE: u8 = 2;

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
    request(
        database,
        environment,
        CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
    )
}
