//! From what an executor hands over to the result of a block.

use super::{
    BlockOutcome, ExecuteError, Executed, Receipt, limits::Limits, receipt::receipts_root,
};
use crate::{
    block::Block,
    vm::{Environment, SpecId},
};
use alloy_primitives::Bloom;

/// Turns results into receipts, bloom and roots.
///
/// # Errors
///
/// [`ExecuteError::Bug`] when there is not one result per transaction.
pub fn finish(
    block: &Block,
    environment: &Environment,
    executed: Executed,
) -> Result<BlockOutcome, ExecuteError> {
    let Executed {
        results,
        diff,
        system,
        schedule,
    } = executed;
    if results.len() != block.transactions.len() {
        return Err(ExecuteError::Bug {
            invariant: "every transaction has one result",
        });
    }
    let base_fee = environment.block.basefee;
    let mut limits = Limits::new(environment);
    let mut receipts = Vec::with_capacity(results.len());
    let mut logs_bloom = Bloom::ZERO;
    let mut cumulative = 0;
    for (index, (transaction, result)) in block.transactions.iter().zip(results).enumerate() {
        limits.admit(index, &transaction.env)?;
        limits.settle(result.gas());
        let receipt = Receipt::new(index, transaction, result, cumulative, base_fee);
        cumulative = receipt.cumulative_gas_used;
        logs_bloom |= receipt.logs_bloom;
        receipts.push(receipt);
    }
    let holds_status = environment.spec().is_enabled_in(SpecId::BYZANTIUM);
    Ok(BlockOutcome {
        gas_used: limits.used(),
        blob_gas_used: limits.blob_gas_used(),
        logs_bloom,
        receipts_root: holds_status.then(|| receipts_root(&receipts)),
        requests_hash: system.requests.map(|requests| requests.requests_hash()),
        is_state_complete: system.is_complete,
        state_diff: diff,
        schedule,
        receipts,
    })
}
