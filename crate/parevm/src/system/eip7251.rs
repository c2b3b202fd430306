//! EIP-7251: consolidations triggered by the execution layer.

use super::{ProtocolDatabase, call::request};
use crate::{error::ExecuteError, vm::Environment};
use alloy_eips::eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS;
use alloy_primitives::Bytes;

/// Type byte of consolidation requests (EIP-7685).
pub const REQUEST_TYPE: u8 = 2;

/// Dequeues the requests of this block from the contract; `None` if the state lacks the contract.
///
/// # Errors
///
/// [`ExecuteError::SystemCall`]: the contract failed.
pub fn collect(
    database: &mut dyn ProtocolDatabase,
    environment: &Environment,
) -> Result<Option<Bytes>, ExecuteError> {
    request(
        database,
        environment,
        CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
    )
}
