//! Report of one call of a bundle.

use super::{
    AccountDiff, ApprovalChange, AssetChange, CreatedContract, Failure, Fee, RepeatedOutput,
    TouchedStorage, Warning,
};
use alloy_primitives::{Bytes, Log, U256};
use alloy_rpc_types_eth::AccessList;
use alloy_rpc_types_trace::geth::CallFrame;
use serde::Serialize;

/// Status of a call of a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CallStatus {
    /// The call succeeded.
    Success,
    /// The call failed.
    Failure,
    /// The call succeeded and was reverted, because another one of an atomic bundle failed.
    Undone,
    /// The call did not execute, because one before it failed.
    #[default]
    NotRun,
}

/// Report of one call of a bundle.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallReport {
    /// Status of the call.
    pub status: CallStatus,
    /// Failure, if the call failed.
    pub failure: Option<Failure>,
    /// Output; the code of a creation.
    pub return_data: Bytes,
    /// Places that omit a long `returnData`.
    #[serde(skip_serializing_if = "RepeatedOutput::is_empty")]
    pub repeated_output: RepeatedOutput,
    /// Gas used.
    #[serde(with = "alloy_serde::quantity")]
    pub gas_used: u64,
    /// Gas limit for signing, as of `eth_estimateGas`; `None` if the call fails, or no block has that much gas.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub gas_limit: Option<u64>,
    /// Cost of the gas used and of the blobs, in wei: at the price of the call, or else at the base fee of the next
    /// block without a tip.
    pub fee: U256,
    /// Reasons why a block would reject the call as it is; it was simulated nevertheless.
    pub warnings: Vec<Warning>,
    /// Fees by account.
    pub fees: Vec<Fee>,
    /// Logs in order.
    pub logs: Vec<Log>,
    /// Balance changes, by account and asset.
    pub asset_changes: Vec<AssetChange>,
    /// Approval changes.
    pub approval_changes: Vec<ApprovalChange>,
    /// Contracts that the call created and that exist after it.
    pub contracts_created: Vec<CreatedContract>,
    /// State diff, by address.
    pub state_diff: Vec<AccountDiff>,
    /// Accounts and slots that the call accesses, without sender, callee and precompiles. Sending this list would
    /// change the gas used.
    pub access_list: AccessList,
    /// Slots that the call reads and writes, by address.
    pub storage_touched: Vec<TouchedStorage>,
    /// Frames of geth's `callTracer` with logs; `None` if nothing executed.
    pub trace: Option<CallFrame>,
}
