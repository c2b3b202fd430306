//! Outcome of a block, and report of its execution.

use super::{Executor, Receipt, timeline::Incarnation};
use crate::{
    bal::{BalMismatch, BlockAccessList},
    state::StateDiff,
};
use alloy_eips::eip7685::Requests;
use alloy_primitives::{B256, Bloom};
use std::borrow::Cow;

/// Outcome of a block. Every executor returns the same, except for the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockOutcome {
    /// Receipts in block order.
    pub receipts: Vec<Receipt>,
    /// Gas used by all transactions.
    pub gas_used: u64,
    /// Blob gas used by all transactions.
    pub blob_gas_used: u64,
    /// Bloom over all logs.
    pub logs_bloom: Bloom,
    /// Root of the receipt trie; `None` before Byzantium, where receipts hold state roots.
    pub receipts_root: Option<B256>,
    /// Hash of the requests (EIP-7685); `None` before Prague and if the state lacks a system contract.
    pub requests_hash: Option<B256>,
    /// Requests to the consensus layer; `None` if there is no hash.
    pub requests: Option<Requests>,
    /// True if every protocol change was applied: no system contract was missing, no ommer known by its
    /// hash only and no withdrawals by their root only. Otherwise the state root is not comparable.
    pub is_state_complete: bool,
    /// Changes of the state.
    pub state_diff: StateDiff,
    /// Access list of the block, if requested.
    pub block_access_list: Option<BlockAccessList>,
    /// Report of the execution.
    pub report: ExecutionReport,
}

/// Report of an execution: executor, threads and number of executions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionReport {
    /// Executor; never [`Executor::Auto`].
    pub executor: Executor,
    /// Reason for the executor, in words.
    pub reason: Cow<'static, str>,
    /// Reason why the block was not executed by the given access list.
    pub bal_mismatch: Option<BalMismatch>,
    /// Threads that executed transactions.
    pub threads: usize,
    /// Complete executions of transactions.
    pub executions: usize,
    /// Executions beyond the first of each transaction.
    pub re_executions: usize,
    /// Every incarnation, by transaction and then by time, if
    /// [`ExecuteOptions::timeline`](super::ExecuteOptions::timeline) was set.
    pub timeline: Option<Vec<Incarnation>>,
}
