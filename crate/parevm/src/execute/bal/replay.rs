//! Execution of all transactions by the list, with its verification.

use super::{Input, replayer::Replayer};
use crate::{
    bal::{BalBuilder, BalMismatch, BalRecorder, BalState, BalVerifier, ResetError, VerifiedBal},
    block::Block,
    execute::{
        BlockExecution, ExecuteError, ExecuteOptions,
        block_execution::logs_of,
        pool::Pool,
        timeline::{Incarnation, IncarnationOutcome, Span, from_now},
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

/// Results of a block that was executed by its list.
pub(super) struct Replay<'a> {
    /// The block, of which no transaction is committed.
    pub(super) execution: BlockExecution<'a>,
    pub(super) results: Vec<ExecutionResult>,
    pub(super) list: VerifiedBal<'a>,
    pub(super) system: SystemResult,
    pub(super) timeline: Vec<Incarnation>,
}

/// Reason why a block was not executed by its list.
pub(super) enum ReplayError {
    Cancelled,
    Refused(BalMismatch),
}

impl From<BalMismatch> for ReplayError {
    fn from(mismatch: BalMismatch) -> Self {
        Self::Refused(mismatch)
    }
}

impl From<ExecuteError> for ReplayError {
    /// By a wrong list anything may fail; only another execution tells whether the block itself does.
    fn from(_: ExecuteError) -> Self {
        Self::Refused(BalMismatch::Differs { first: None })
    }
}

impl From<SourceError> for ReplayError {
    /// As for an error of the execution.
    fn from(_: SourceError) -> Self {
        Self::Refused(BalMismatch::Differs { first: None })
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

/// Results of the transactions that one worker has run.
#[derive(Debug, Default)]
pub(super) struct WorkerResult {
    pub(super) results: Vec<(u32, ExecutionResult)>,
    pub(super) timeline: Vec<Incarnation>,
    pub(super) verifier: BalVerifier,
}

/// Executes the block by its list, with the transactions that `run` runs.
pub(super) fn replay<'a>(
    input: &Input<'a>,
    options: &ExecuteOptions<'a>,
    pool: Option<Pool<'_>>,
    run: impl FnOnce(&BalState<'_>) -> Result<Vec<WorkerResult>, ReplayError>,
) -> Result<Replay<'a>, ReplayError> {
    let Input {
        block, environment, ..
    } = *input;
    let bal_state = input.bal_state(pool)?;
    let mut steps = ProtocolSteps::begin(block, environment, options, &bal_state)?;
    let worker_results = run(&bal_state)?;
    let mut timeline = Vec::new();
    let mut slots: Vec<Option<ExecutionResult>> = Vec::new();
    slots.resize_with(block.transactions.len(), || None);
    let differs = || BalMismatch::Differs { first: None };
    for worker_result in worker_results {
        steps.verifier.merge(&worker_result.verifier);
        timeline.extend(worker_result.timeline);
        for (index, result) in worker_result.results {
            *slots.get_mut(index as usize).ok_or_else(differs)? = Some(result);
        }
    }
    timeline.sort_by_key(|run| run.transaction);
    let results: Option<Vec<_>> = slots.into_iter().collect();
    let results = results.ok_or_else(differs)?;
    let (execution, system, verifier) = steps.finish(&results)?;
    Ok(Replay {
        execution,
        results,
        list: verifier.finish(bal_state)?,
        system,
        timeline,
    })
}

/// Runs every transaction on the threads of `pool`, and counts them in `ran`.
pub(super) fn run_workers(
    input: &Input<'_>,
    bal_state: &BalState<'_>,
    options: &ExecuteOptions<'_>,
    pool: Pool<'_>,
    ran: &AtomicUsize,
) -> Result<Vec<WorkerResult>, ReplayError> {
    let Input {
        block, environment, ..
    } = *input;
    let policy = SchedulingPolicy::INDEPENDENT;
    let work = WorkCursor::new(work_order(&block.transactions, pool.count(), policy));
    let is_stopped = AtomicBool::new(false);
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
                        span: Span {
                            start,
                            end: clock(),
                        },
                        waits: Vec::new(),
                        outcome: IncarnationOutcome::Final,
                    });
                }
                worker_result.results.push((index, result));
                Ok(())
            };
        let replayer = Replayer::new(block, environment, bal_state, &memo);
        let worker_result = run_worker(replayer, &work, run_one, |count| {
            ran.fetch_add(count, Ordering::Relaxed);
            let cancelled = options.cancel;
            if cancelled.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                return Err(ReplayError::Cancelled);
            }
            Ok(!is_stopped.load(Ordering::Relaxed))
        });
        if worker_result.is_err() {
            is_stopped.store(true, Ordering::Relaxed);
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

/// Runs transactions on one worker until none is left. `may_continue` takes the number that have run since its last
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
    let mut done = 0;
    while may_continue(done)?
        && let Some(batch) = work.claim()
    {
        for index in batch {
            run(&mut replayer, &mut worker_result, index.get())?;
        }
        done = batch.len();
    }
    worker_result.verifier = replayer.verifier;
    Ok(worker_result)
}

/// Pre-execution and post-execution changes on the state of the list.
struct ProtocolSteps<'a, 'l> {
    execution: BlockExecution<'a>,
    spec: SpecId,
    bal_state: &'l BalState<'l>,
    verifier: BalVerifier,
}

impl<'a, 'l> ProtocolSteps<'a, 'l> {
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

/// Runs `step` on the state that the list gives at `index`, and verifies its changes.
fn at<T>(
    bal_state: &BalState<'_>,
    verifier: &mut BalVerifier,
    spec: SpecId,
    index: BlockAccessIndex,
    step: impl FnOnce(&mut BalRecorder<Overlay<'_>>) -> Result<T, ExecuteError>,
) -> Result<T, ReplayError> {
    let state = bal_state.at(index);
    let mut database = BalRecorder {
        database: Overlay::new(&state, spec),
        index,
        list: Some(BalBuilder::default()),
    };
    let done = step(&mut database)?;
    if let Some(list) = &mut database.list {
        verifier.protocol_change(bal_state, index, list)?;
    }
    Ok(done)
}
