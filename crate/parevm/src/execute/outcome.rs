//! What a run returns.

use super::{BlockExecution, Executor, Merged, Receipt, timeline::Incarnation};
use crate::{
    bal::{BalMismatch, BlockAccessList},
    state::StateDiff,
    system::SystemResult,
};
use alloy_eips::eip7685::Requests;
use alloy_primitives::{B256, Bloom};
use std::borrow::Cow;

/// What an executor hands over: results in block order and the merged change of the state.
#[derive(Debug)]
pub struct Executed<'a> {
    /// One result per transaction, in block order.
    pub execution: BlockExecution<'a>,
    /// The state after the block.
    pub merged: Merged<'a>,
    /// What the system calls returned.
    pub system: SystemResult,
    /// What the block read and wrote, if asked for.
    pub block_access_list: Option<BlockAccessList>,
    /// Which executor ran, why, and how much it ran.
    pub report: ExecutionReport,
}

/// The result of a block.
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
    /// Hash of the requests (EIP-7685); `None` before Prague and where a system contract is not in
    /// the state.
    pub requests_hash: Option<B256>,
    /// What the block asks of the consensus layer; `None` where there is no hash.
    pub requests: Option<Requests>,
    /// True when every balance that the protocol changes could be changed: no system contract was
    /// missing, no ommer known by its hash only and no withdrawal by the root only. Only then the
    /// state root is comparable.
    pub is_state_complete: bool,
    /// What the block changed.
    pub state_diff: StateDiff,
    /// What the block read and wrote, if asked for.
    pub block_access_list: Option<BlockAccessList>,
    /// Which executor ran, why, and how much it ran.
    pub report: ExecutionReport,
}

/// Which executor ran, why, and how much it ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionReport {
    /// The executor that ran; never [`Executor::Auto`].
    pub executor: Executor,
    /// Why this one, in words.
    pub reason: Cow<'static, str>,
    /// Why the block was not run by the access list that was given for it.
    pub bal_mismatch: Option<BalMismatch>,
    /// Threads that executed transactions.
    pub threads: usize,
    /// Complete runs of transactions, the first ones included.
    pub executions: usize,
    /// Runs beyond the first.
    pub re_executions: usize,
    /// Every run of every transaction, by transaction and then by time, where
    /// [`ExecuteOptions::timeline`](super::ExecuteOptions::timeline) was given.
    pub timeline: Option<Vec<Incarnation>>,
}
