//! Execution of some transactions of a block by its access list, in an engine that shares no memory with the others.
//!
//! Every helper engine has the block, the list and the whole state before it: `storageReads` has no index, so no part
//! of the state suffices. A helper runs batches of the work queue and returns one partial result, as bytes;
//! [`Engine::merge`](crate::Engine::merge) makes the outcome.

use super::{Input, replay::WorkerResult, replayer::Replayer};
use crate::{
    bal::{BalMismatch, BalState, BalVerifier, BlockAccessList},
    block::Block,
    execute::work_order::work_order,
    state::StateSource,
    vm::{Environment, ExecutionResult, Output, SuccessReason},
};
use alloy_primitives::{Address, Bytes, Log, map::HashSet};
use alloy_rlp::{Decodable, Encodable, Error as RlpError};
use parevm_stm::{SchedulingPolicy, TxIndex};
use revm::context::result::ResultGas;
use std::sync::Arc;

/// Results of some transactions of a block, executed by its access list.
#[derive(Debug)]
pub struct PartialResult(WorkerResult);

/// Batches of a block's transactions, by position, in work order: those that may take longest are first.
#[must_use]
pub fn batches(block: &Block, workers: usize) -> Vec<Vec<u32>> {
    let order = work_order(&block.transactions, workers, SchedulingPolicy::INDEPENDENT);
    let batches = order.batches();
    batches
        .map(|batch| batch.iter().copied().map(TxIndex::get).collect())
        .collect()
}

/// A block over its access list, of which any transaction can be executed.
#[derive(Debug)]
pub struct BalBlock<'a> {
    block: &'a Block,
    environment: &'a Environment,
    bal_state: BalState<'a>,
}

impl<'a> BalBlock<'a> {
    /// Lays `block` over `list` and the state before it.
    ///
    /// # Errors
    ///
    /// Why the list cannot be used, as far as it shows without an execution.
    pub fn new(
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        list: &'a BlockAccessList,
    ) -> Result<Self, BalMismatch> {
        let input = Input {
            block,
            environment,
            state,
            list,
        };
        Ok(Self {
            block,
            environment,
            bal_state: input.bal_state(None)?,
        })
    }

    /// Starts a partial result.
    pub fn start(&self) -> BatchExecution<'_> {
        BatchExecution {
            replayer: Replayer::new(
                self.block,
                self.environment,
                &self.bal_state,
                &Arc::default(),
            ),
            worker_result: WorkerResult::default(),
            ran: HashSet::default(),
        }
    }
}

/// A partial result in execution.
#[expect(missing_debug_implementations, reason = "revm's machine has none")]
pub struct BatchExecution<'a> {
    /// `None` for a block without transactions.
    replayer: Option<Replayer<'a>>,
    worker_result: WorkerResult,
    ran: HashSet<u32>,
}

impl BatchExecution<'_> {
    /// Runs `transactions`, given by their positions in the block; those that have run already are
    /// skipped.
    ///
    /// # Errors
    ///
    /// Why the list cannot be used, as far as these transactions show.
    pub fn run(&mut self, transactions: &[u32]) -> Result<(), BalMismatch> {
        let Some(replayer) = &mut self.replayer else {
            return Ok(());
        };
        for index in transactions {
            if self.ran.insert(*index) {
                let result = replayer.run(*index as usize)?;
                self.worker_result.results.push((*index, result));
            }
        }
        Ok(())
    }

    /// Ends the execution.
    #[must_use]
    pub fn finish(mut self) -> PartialResult {
        if let Some(replayer) = self.replayer {
            self.worker_result.verifier = replayer.verifier;
        }
        PartialResult(self.worker_result)
    }
}

impl PartialResult {
    /// Encodes the partial result. Of the output of a transaction only the created address is kept, and of
    /// a failure only that it was one: receipts hold no more.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        (self.0.results.len() as u64).encode(&mut out);
        for (index, result) in &self.0.results {
            encode_result(*index, result, &mut out);
        }
        self.0.verifier.encode(&mut out);
        out
    }

    /// Decodes a partial result.
    ///
    /// # Errors
    ///
    /// When [`Self::encode`] did not write `bytes`.
    pub fn decode(mut bytes: &[u8]) -> Result<Self, PartialResultError> {
        let bytes = &mut bytes;
        let count = u64::decode(bytes)?;
        let mut worker_result = WorkerResult::default();
        for _ in 0..count {
            worker_result.results.push(decode_result(bytes)?);
        }
        worker_result.verifier = BalVerifier::decode(bytes)?;
        match bytes.is_empty() {
            true => Ok(Self(worker_result)),
            false => Err(RlpError::UnexpectedLength.into()),
        }
    }
}

/// Worker results of `results`, each transaction in one of them. A partial result that is there twice counts once.
///
/// # Errors
///
/// When two of them share a transaction and differ: its part of the counts is unknown.
pub(super) fn worker_results(
    results: Vec<PartialResult>,
) -> Result<Vec<WorkerResult>, BalMismatch> {
    let mut seen = HashSet::<u32>::default();
    let mut worker_results = Vec::with_capacity(results.len());
    for PartialResult(worker_result) in results {
        let indices = || worker_result.results.iter().map(|(index, _)| *index);
        let count = worker_result.results.len();
        if count > 0 && indices().all(|index| seen.contains(&index)) {
            continue;
        }
        let before = seen.len();
        seen.extend(indices());
        if seen.len() - before < count {
            return Err(BalMismatch::Differs { first: None });
        }
        worker_results.push(worker_result);
    }
    Ok(worker_results)
}

/// Error of bytes that are no partial result.
#[derive(Debug, thiserror::Error)]
#[error("a partial result is damaged")]
pub struct PartialResultError(#[from] RlpError);

/// Outcome of a transaction, as far as its receipt shows it.
const CALLED: u8 = 1;
const CREATED: u8 = 2;
const FAILED: u8 = 3;

fn encode_result(index: u32, result: &ExecutionResult, out: &mut Vec<u8>) {
    let created = result.created_address();
    let end = match (result.is_success(), created) {
        (false, _) => FAILED,
        (true, None) => CALLED,
        (true, Some(_)) => CREATED,
    };
    let gas = result.gas();
    index.encode(out);
    end.encode(out);
    created.unwrap_or_default().encode(out);
    gas.total_gas_spent().encode(out);
    gas.inner_refunded().encode(out);
    gas.floor_gas().encode(out);
    gas.state_gas_spent_final().encode(out);
    alloy_rlp::encode_list(result.logs(), out);
}

fn decode_result(bytes: &mut &[u8]) -> Result<(u32, ExecutionResult), RlpError> {
    let index = u32::decode(bytes)?;
    let end = u8::decode(bytes)?;
    let created = Address::decode(bytes)?;
    let (spent, refunded, floor, state) = (
        u64::decode(bytes)?,
        u64::decode(bytes)?,
        u64::decode(bytes)?,
        u64::decode(bytes)?,
    );
    let gas = ResultGas::new_with_state_gas(spent, refunded, floor, state);
    let logs = Vec::<Log>::decode(bytes)?;
    let success = |output| ExecutionResult::Success {
        reason: SuccessReason::Stop,
        gas,
        logs: Vec::new(),
        output,
    };
    let mut result = match end {
        CALLED => success(Output::Call(Bytes::new())),
        CREATED => success(Output::Create(Bytes::new(), Some(created))),
        FAILED => ExecutionResult::Revert {
            gas,
            logs: Vec::new(),
            output: Bytes::new(),
        },
        _ => return Err(RlpError::Custom("unknown outcome of a transaction")),
    };
    if let ExecutionResult::Success { logs: kept, .. }
    | ExecutionResult::Revert { logs: kept, .. } = &mut result
    {
        *kept = logs;
    }
    Ok((index, result))
}
