//! Output of an executor, from which the outcome of a block is computed.

use super::{
    BlockExecution, BlockOutcome, ExecuteError, ExecutionReport, PostState, receipt::receipts_root,
};
use crate::{
    bal::BlockAccessList,
    system::SystemResult,
    vm::{Environment, SpecId},
};
use alloy_eips::eip7685::Requests;
use alloy_primitives::Bloom;

/// Output of an executor: results in block order and the state after the block.
#[derive(Debug)]
pub struct ExecutionOutput<'a> {
    /// Execution with every transaction committed.
    pub execution: BlockExecution<'a>,
    /// State after the block.
    pub post_state: PostState<'a>,
    /// Result of the protocol changes.
    pub system: SystemResult,
    /// Access list of the block, if requested.
    pub block_access_list: Option<BlockAccessList>,
    /// Report of the execution.
    pub report: ExecutionReport,
}

impl ExecutionOutput<'_> {
    /// Computes receipts, bloom, roots and state diff.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Bug`] if a transaction is not committed; otherwise as [`PostState::into_diff`].
    pub fn into_outcome(self, environment: &Environment) -> Result<BlockOutcome, ExecuteError> {
        let Self {
            execution,
            post_state,
            system,
            block_access_list,
            report,
        } = self;
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
        let has_status = environment.spec().is_enabled_in(SpecId::BYZANTIUM);
        Ok(BlockOutcome {
            gas_used: gas_pool.used(),
            blob_gas_used: gas_pool.blob_gas_used(),
            logs_bloom,
            receipts_root: has_status.then(|| receipts_root(&receipts)),
            requests_hash: system.requests.as_ref().map(Requests::requests_hash),
            requests: system.requests,
            is_state_complete: system.is_complete,
            state_diff: post_state.into_diff()?,
            block_access_list,
            report,
            receipts,
        })
    }
}
