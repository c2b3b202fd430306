//! Executor by block access list (EIP-7928): executes every transaction once, in any order.
//!
//! The list gives every transaction its pre-state, so all are independent. The verification of the list
//! ([`crate::bal`]) is part of the execution; the state diff is the list's. A wrong list costs time and nothing else: the
//! block is then executed without it.

mod input;
pub(crate) mod partial_result;
mod replay;
mod replayer;

pub(crate) use input::Input;

use super::{
    AccessListOutput, ExecuteError, ExecuteOptions, ExecutionOutput, ExecutionReport, Executor,
    PostState, pool_workers::PoolWorkers,
};
use crate::bal::{BalDifference, BalMismatch};
use partial_result::PartialResult;
use rayon::ThreadPool;
use replay::{ReplayError, replay, run_workers};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Source of the transactions' results.
pub(crate) enum ReplaySource<'p> {
    /// Execution on all threads of a pool.
    Pool(&'p ThreadPool),
    /// Partial results of engines that share no memory with this one.
    PartialResults {
        results: Vec<PartialResult>,
        workers: usize,
    },
}

impl<'p> ReplaySource<'p> {
    fn pool(&self) -> Option<PoolWorkers<'p>> {
        match self {
            Self::Pool(pool) => Some(PoolWorkers::all(pool)),
            Self::PartialResults { .. } => None,
        }
    }

    fn threads(&self) -> usize {
        match self {
            Self::Pool(pool) => pool.current_num_threads(),
            Self::PartialResults { workers, .. } => *workers,
        }
    }
}

/// Executes a block by its list, or by `otherwise` if the list cannot be used. `reason` says why this executor was
/// chosen.
///
/// # Errors
///
/// As [`Engine::execute`](crate::Engine::execute).
pub(crate) fn run<'a>(
    input: Input<'a>,
    options: &ExecuteOptions<'a>,
    source: ReplaySource<'_>,
    reason: &'static str,
    otherwise: impl FnOnce() -> Result<ExecutionOutput<'a>, ExecuteError>,
) -> Result<ExecutionOutput<'a>, ExecuteError> {
    let executions = AtomicUsize::new(0);
    let threads = source.threads();
    // Engines without shared memory have no common clock.
    let clock = options
        .timeline
        .filter(|_| matches!(source, ReplaySource::Pool(_)));
    let replayed = replay(&input, options, source.pool(), |bal_state| match source {
        ReplaySource::Pool(pool) => run_workers(
            &input,
            bal_state,
            options,
            PoolWorkers::all(pool),
            &executions,
        ),
        ReplaySource::PartialResults { results, .. } => {
            let worker_results = partial_result::worker_results(results)?;
            let count = worker_results
                .iter()
                .map(|worker_result| worker_result.results.len())
                .sum();
            executions.store(count, Ordering::Relaxed);
            Ok(worker_results)
        }
    });
    let mismatch = match replayed {
        Ok(replayed) => {
            let has_output = options.access_list_output == AccessListOutput::Returned;
            let mut execution = replayed.execution;
            for result in replayed.results {
                execution.commit_next(result)?;
            }
            return Ok(ExecutionOutput {
                execution,
                post_state: PostState::from_list(replayed.list),
                system: replayed.system,
                block_access_list: has_output.then(|| input.list.clone()),
                report: ExecutionReport {
                    executor: Executor::Bal,
                    reason: reason.into(),
                    bal_mismatch: None,
                    threads,
                    executions: input.block.transactions.len(),
                    re_executions: 0,
                    timeline: clock.map(|_| replayed.timeline),
                },
            });
        }
        Err(ReplayError::Cancelled) => {
            // Nothing is committed before the list is verified.
            return Err(ExecuteError::Cancelled { committed: 0 });
        }
        Err(ReplayError::Mismatch(mismatch)) => mismatch,
    };
    let mut executed = otherwise()?;
    let mismatch = match (mismatch, &executed.block_access_list) {
        (BalMismatch::Differs { .. }, Some(found)) => BalMismatch::Differs {
            first: BalDifference::between(input.list, found),
        },
        (mismatch, _) => mismatch,
    };
    if options.access_list_output == AccessListOutput::Omitted {
        executed.block_access_list = None;
    }
    let wasted = executions.into_inner();
    executed.report.executions += wasted;
    executed.report.re_executions += wasted;
    executed.report.reason = mismatch.to_string().into();
    executed.report.bal_mismatch = Some(mismatch);
    Ok(executed)
}
