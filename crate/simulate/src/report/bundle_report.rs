//! Report of a bundle.

use super::{AccountDiff, ApprovalChange, AssetChange, CallReport, Token};
use alloy_primitives::{Address, U256};
use serde::Serialize;
use std::collections::BTreeMap;

/// Report of a bundle: the effects of all its calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Status of the bundle.
    pub status: ReportStatus,
    /// Index of the first call that failed.
    pub failed_call: Option<usize>,
    /// Gas used by all executed calls.
    #[serde(with = "alloy_serde::quantity")]
    pub gas_used: u64,
    /// Sum of the gas limits of the calls for signing; `None` if a call has none.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub gas_limit: Option<u64>,
    /// Sum of the fees of the calls, in wei.
    pub fee: U256,
    /// Balance changes from before the first call to after the last, by account and asset, without fees: those are in
    /// the reports of the calls. Empty if an atomic bundle failed; the same holds for the next two fields.
    pub asset_changes: Vec<AssetChange>,
    /// Approval changes from before the first call to after the last.
    pub approval_changes: Vec<ApprovalChange>,
    /// State diff from before the first call to after the last, by address.
    pub state_diff: Vec<AccountDiff>,
    /// Metadata of the tokens in these changes.
    pub tokens: BTreeMap<Address, Token>,
    /// Reports of the calls.
    pub calls: Vec<CallReport>,
}

/// Status of a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ReportStatus {
    /// All calls succeeded.
    #[default]
    Success,
    /// Some calls failed, the others took effect.
    Partial,
    /// No call took effect: all failed, or one of an atomic bundle.
    Failure,
}
