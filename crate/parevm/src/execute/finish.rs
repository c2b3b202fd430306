//! From what an executor hands over to the result of a block.

use super::{BlockOutcome, ExecuteError, Executed, receipt::receipts_root};
use crate::vm::{Environment, SpecId};
use alloy_eips::eip7685::Requests;
use alloy_primitives::Bloom;

/// Turns results into receipts, bloom and roots.
///
/// # Errors
///
/// [`ExecuteError::Bug`] when there is not one result per transaction, or as [`Merged::into_diff`](super::Merged::into_diff).
pub fn finish(
    environment: &Environment,
    executed: Executed<'_>,
) -> Result<BlockOutcome, ExecuteError> {
    let Executed {
        execution,
        merged,
        system,
        block_access_list,
        report,
    } = executed;
    if !execution.is_complete() {
        return Err(ExecuteError::Bug {
            invariant: "every transaction has one result",
        });
    }
    let gas_pool = *execution.gas_pool();
    let receipts = execution.into_receipts();
    let mut logs_bloom = Bloom::ZERO;
    for receipt in &receipts {
        logs_bloom |= receipt.logs_bloom;
    }
    let holds_status = environment.spec().is_enabled_in(SpecId::BYZANTIUM);
    Ok(BlockOutcome {
        gas_used: gas_pool.used(),
        blob_gas_used: gas_pool.blob_gas_used(),
        logs_bloom,
        receipts_root: holds_status.then(|| receipts_root(&receipts)),
        requests_hash: system.requests.as_ref().map(Requests::requests_hash),
        requests: system.requests,
        is_state_complete: system.is_complete,
        state_diff: merged.into_diff()?,
        block_access_list,
        report,
        receipts,
    })
}
