//! Executor by block access list (EIP-7928): every transaction once, in any order.
//!
//! The list gives every transaction the state that it finds, so none waits for another. Each is verified against the
//! list ([`crate::bal`]) while it runs; the state diff is the list's. A wrong list costs time and nothing else: the block
//! is then executed another way.

mod input;
pub(crate) mod partial_result;
mod replay;
mod replayer;

pub(crate) use input::Input;

use super::{
    AccessListOutput, ExecuteError, ExecuteOptions, Executed, ExecutionReport, Executor, Merged,
    pool::Pool,
};
use crate::bal::{BalMismatch, Difference};
use partial_result::PartialResult;
use rayon::ThreadPool;
use replay::{ReplayError, replay, run_workers};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Place where the transactions run.
pub(crate) enum Source<'p> {
    /// All threads of a pool.
    Pool(&'p ThreadPool),
    /// Engines that share no memory with this one, which have finished.
    PartialResults {
        results: Vec<PartialResult>,
        workers: usize,
    },
}

impl<'p> Source<'p> {
    fn pool(&self) -> Option<Pool<'p>> {
        match self {
            Self::Pool(pool) => Some(Pool::all(pool)),
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
    source: Source<'_>,
    reason: &'static str,
    otherwise: impl FnOnce() -> Result<Executed<'a>, ExecuteError>,
) -> Result<Executed<'a>, ExecuteError> {
    let ran = AtomicUsize::new(0);
    let threads = source.threads();
    // Engines that share no memory share no clock.
    let clock = options
        .timeline
        .filter(|_| matches!(source, Source::Pool(_)));
    let replayed = replay(&input, options, source.pool(), |bal_state| match source {
        Source::Pool(pool) => run_workers(&input, bal_state, options, Pool::all(pool), &ran),
        Source::PartialResults { results, .. } => {
            let worker_results = partial_result::worker_results(results)?;
            let count = worker_results
                .iter()
                .map(|worker_result| worker_result.results.len())
                .sum();
            ran.store(count, Ordering::Relaxed);
            Ok(worker_results)
        }
    });
    let mismatch = match replayed {
        Ok(done) => {
            let wanted = options.access_list_output == AccessListOutput::Returned;
            let mut execution = done.execution;
            for result in done.results {
                execution.commit_next(result)?;
            }
            return Ok(Executed {
                execution,
                merged: Merged::in_list(done.list),
                system: done.system,
                block_access_list: wanted.then(|| input.list.clone()),
                report: ExecutionReport {
                    executor: Executor::Bal,
                    reason: reason.into(),
                    bal_mismatch: None,
                    threads,
                    executions: input.block.transactions.len(),
                    re_executions: 0,
                    timeline: clock.map(|_| done.timeline),
                },
            });
        }
        Err(ReplayError::Cancelled) => {
            // Nothing is committed before the list is verified.
            return Err(ExecuteError::Cancelled { committed: 0 });
        }
        Err(ReplayError::Refused(mismatch)) => mismatch,
    };
    let mut executed = otherwise()?;
    let mismatch = match (mismatch, &executed.block_access_list) {
        (BalMismatch::Differs { .. }, Some(found)) => BalMismatch::Differs {
            first: Difference::between(input.list, found),
        },
        (mismatch, _) => mismatch,
    };
    if options.access_list_output == AccessListOutput::Omitted {
        executed.block_access_list = None;
    }
    let wasted = ran.into_inner();
    executed.report.executions += wasted;
    executed.report.re_executions += wasted;
    executed.report.reason = mismatch.to_string().into();
    executed.report.bal_mismatch = Some(mismatch);
    Ok(executed)
}
