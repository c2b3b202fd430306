//! Execution of all transactions by an access list, with its verification.

use super::{Input, replayer::Replayer};
use crate::{
    bal::{BalBuilder, BalMismatch, BalRecorder, BalState, BalVerifier, ResetError, VerifiedBal},
    block::Block,
    execute::{
        BlockExecution, ExecuteError, ExecuteOptions,
        block_execution::logs_of,
        pool_workers::PoolWorkers,
        timeline::{Incarnation, IncarnationOutcome, TimeSpan, from_now},
        work_order::work_order,
    },
    state::{Overlay, SourceError},
    system::SystemResult,
    vm::{Environment, ExecutionResult, SpecId},
};
use alloy_eip7928::BlockAccessIndex;
use parevm_stm::{SchedulingPolicy, WorkCursor, Workers};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// Results of a block that was executed by its access list.
pub(super) struct ReplayedBlock<'a> {
    /// Execution of the block, without a committed transaction.
    pub(super) execution: BlockExecution<'a>,
    pub(super) results: Vec<ExecutionResult>,
    pub(super) list: VerifiedBal<'a>,
    pub(super) system: SystemResult,
    pub(super) timeline: Vec<Incarnation>,
}

/// Reason why a block was not executed by its list.
pub(super) enum ReplayError {
    Cancelled,
    Mismatch(BalMismatch),
}

impl From<BalMismatch> for ReplayError {
    fn from(mismatch: BalMismatch) -> Self {
        Self::Mismatch(mismatch)
    }
}

impl From<ExecuteError> for ReplayError {
    /// With a wrong list anything may fail; only an execution without it shows whether the block is invalid.
    fn from(_: ExecuteError) -> Self {
        Self::Mismatch(BalMismatch::Differs { first: None })
    }
}

impl From<SourceError> for ReplayError {
    /// As for an error of the execution.
    fn from(_: SourceError) -> Self {
        Self::Mismatch(BalMismatch::Differs { first: None })
    }
}

impl From<ResetError> for ReplayError {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::Mismatch(mismatch) => mismatch.into(),
            ResetError::Source(source) => source.into(),
        }
    }
}

/// Results of the transactions that one worker has executed.
#[derive(Debug, Default)]
pub(super) struct WorkerResult {
    pub(super) results: Vec<(u32, ExecutionResult)>,
    pub(super) timeline: Vec<Incarnation>,
    pub(super) verifier: BalVerifier,
}

/// Executes the block by its list. `run` executes the transactions.
pub(super) fn replay<'a>(
    input: &Input<'a>,
    options: &ExecuteOptions<'a>,
    pool: Option<PoolWorkers<'_>>,
    run: impl FnOnce(&BalState<'_>) -> Result<Vec<WorkerResult>, ReplayError>,
) -> Result<ReplayedBlock<'a>, ReplayError> {
    let Input {
        block, environment, ..
    } = *input;
    let bal_state = input.bal_state(pool)?;
    let mut protocol = ProtocolReplay::begin(block, environment, options, &bal_state)?;
    let worker_results = run(&bal_state)?;
    let mut timeline = Vec::new();
    let mut slots: Vec<Option<ExecutionResult>> = Vec::new();
    slots.resize_with(block.transactions.len(), || None);
    let differs = || BalMismatch::Differs { first: None };
    for worker_result in worker_results {
        protocol.verifier.merge(&worker_result.verifier);
        timeline.extend(worker_result.timeline);
        for (index, result) in worker_result.results {
            *slots.get_mut(index as usize).ok_or_else(differs)? = Some(result);
        }
    }
    timeline.sort_by_key(|it| it.transaction);
    let results: Option<Vec<_>> = slots.into_iter().collect();
    let results = results.ok_or_else(differs)?;
    let (execution, system, verifier) = protocol.finish(&results)?;
    Ok(ReplayedBlock {
        execution,
        results,
        list: verifier.finish(bal_state)?,
        system,
        timeline,
    })
}

/// Executes every transaction on the workers of `pool`, and counts them in `executions`.
pub(super) fn run_workers(
    input: &Input<'_>,
    bal_state: &BalState<'_>,
    options: &ExecuteOptions<'_>,
    pool: PoolWorkers<'_>,
    executions: &AtomicUsize,
) -> Result<Vec<WorkerResult>, ReplayError> {
    let Input {
        block, environment, ..
    } = *input;
    let policy = SchedulingPolicy::INDEPENDENT;
    let work = WorkCursor::new(work_order(&block.transactions, pool.count(), policy));
    let has_failed = AtomicBool::new(false);
    let clock = options.timeline.map(from_now);
    let memo = Arc::default();
    let worker_results = Mutex::new(Vec::with_capacity(pool.count()));
    pool.broadcast(&|worker| {
        let run_one =
            |replayer: &mut Replayer<'_>, worker_result: &mut WorkerResult, index: u32| {
                let start = clock.as_ref().map(|clock| clock());
                let result = replayer.run(index as usize)?;
                if let (Some(clock), Some(start)) = (&clock, start) {
                    worker_result.timeline.push(Incarnation {
                        transaction: index as usize,
                        worker: worker.get(),
                        span: TimeSpan {
                            from: start,
                            to: clock(),
                        },
                        suspensions: Vec::new(),
                        outcome: IncarnationOutcome::Committed,
                    });
                }
                worker_result.results.push((index, result));
                Ok(())
            };
        let replayer = Replayer::new(block, environment, bal_state, &memo);
        let worker_result = run_worker(replayer, &work, run_one, |count| {
            executions.fetch_add(count, Ordering::Relaxed);
            let cancelled = options.cancel;
            if cancelled.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                return Err(ReplayError::Cancelled);
            }
            Ok(!has_failed.load(Ordering::Relaxed))
        });
        if worker_result.is_err() {
            has_failed.store(true, Ordering::Relaxed);
        }
        let mut worker_results = worker_results
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        worker_results.push(worker_result);
    });
    let worker_results = worker_results
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    worker_results.into_iter().collect()
}

/// Executes transactions on one worker until none is left. `may_continue` takes the number executed since its last
/// call.
fn run_worker(
    replayer: Option<Replayer<'_>>,
    work: &WorkCursor,
    run: impl Fn(&mut Replayer<'_>, &mut WorkerResult, u32) -> Result<(), BalMismatch>,
    may_continue: impl Fn(usize) -> Result<bool, ReplayError>,
) -> Result<WorkerResult, ReplayError> {
    let Some(mut replayer) = replayer else {
        return Ok(WorkerResult::default());
    };
    let mut worker_result = WorkerResult::default();
    let mut executed = 0;
    while may_continue(executed)?
        && let Some(batch) = work.claim()
    {
        for index in batch {
            run(&mut replayer, &mut worker_result, index.get())?;
        }
        executed = batch.len();
    }
    worker_result.verifier = replayer.verifier;
    Ok(worker_result)
}

/// Pre-execution and post-execution changes on the state of the list.
struct ProtocolReplay<'a, 'l> {
    execution: BlockExecution<'a>,
    spec: SpecId,
    bal_state: &'l BalState<'l>,
    verifier: BalVerifier,
}

impl<'a, 'l> ProtocolReplay<'a, 'l> {
    fn begin(
        block: &'a Block,
        environment: &'a Environment,
        options: &ExecuteOptions<'a>,
        bal_state: &'l BalState<'l>,
    ) -> Result<Self, ReplayError> {
        let mut verifier = BalVerifier::default();
        let spec = environment.spec();
        let index = BlockAccessIndex::PRE_EXECUTION;
        let execution = at(bal_state, &mut verifier, spec, index, |database| {
            BlockExecution::begin(block, environment, options, database)
        })?;
        Ok(Self {
            execution,
            spec,
            bal_state,
            verifier,
        })
    }

    fn finish(
        self,
        results: &[ExecutionResult],
    ) -> Result<(BlockExecution<'a>, SystemResult, BalVerifier), ReplayError> {
        let Self {
            execution,
            spec,
            bal_state,
            mut verifier,
        } = self;
        let end = BlockAccessIndex::from_tx_index(results.len() as u64);
        let system = at(bal_state, &mut verifier, spec, end, |database| {
            execution.finish_with(database, results.iter().map(logs_of))
        })?;
        Ok((execution, system, verifier))
    }
}

/// Runs `change` on the state of the list at `index`, and verifies its changes.
fn at<T>(
    bal_state: &BalState<'_>,
    verifier: &mut BalVerifier,
    spec: SpecId,
    index: BlockAccessIndex,
    change: impl FnOnce(&mut BalRecorder<Overlay<'_>>) -> Result<T, ExecuteError>,
) -> Result<T, ReplayError> {
    let state = bal_state.at(index);
    let mut database = BalRecorder {
        database: Overlay::new(&state, spec),
        index,
        list: Some(BalBuilder::default()),
    };
    let result = change(&mut database)?;
    if let Some(list) = &mut database.list {
        verifier.protocol_change(bal_state, index, list)?;
    }
    Ok(result)
}
