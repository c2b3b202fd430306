//! Every transaction once, at any time and in any order, by the block's access list.
//!
//! The list says what every transaction finds, so none waits for another. While they run, each is
//! held against the list ([`crate::bal`]); the change of the state is the list's. A list that turns
//! out wrong has cost time and nothing else: the block is run another way then.

pub mod batch;
mod replayer;

use super::{
    AccessListOutput, BlockExecution, ExecuteError, ExecuteOptions, Executed, Executor, Merged,
    ScheduleReport,
    block_execution::logs_of,
    pool::Pool,
    timeline::{Incarnation, IncarnationOutcome, Span, from_now},
    work_order::work_order,
};
use crate::{
    bal::{
        Audit, BalMismatch, BlockAccessList, Difference, ListBuilder, Listed, Proven, Recording,
        ResetError,
    },
    block::Block,
    state::{Overlay, SourceError, StateSource},
    system::SystemResult,
    vm::{Environment, ExecutionResult, SpecId},
};
use alloy_eip7928::BlockAccessIndex;
use batch::Chunk;
use parevm_stm::{SchedulingPolicy, WorkCursor, Workers};
use rayon::ThreadPool;
use replayer::Replayer;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// Runs a block by its list, or, if that cannot be, by `otherwise`. `source` is where its
/// transactions run, `reason` says why this executor was chosen.
///
/// # Errors
///
/// As [`Engine::execute`](crate::Engine::execute).
pub(crate) fn run<'a>(
    input: Input<'a>,
    options: &ExecuteOptions<'a>,
    source: Source<'_>,
    reason: &'static str,
    otherwise: impl FnOnce(&ExecuteOptions<'a>) -> Result<Executed<'a>, ExecuteError>,
) -> Result<Executed<'a>, ExecuteError> {
    let ran = AtomicUsize::new(0);
    let threads = source.threads();
    // Those that share no memory share no clock.
    let clock = options
        .timeline
        .filter(|_| matches!(source, Source::Pool(_)));
    let replayed = replay(&input, options, source.pool(), |listed| match source {
        Source::Pool(pool) => run_shares(&input, listed, options, Pool::all(pool), &ran),
        Source::Chunks { chunks, .. } => {
            let shares = batch::shares(chunks)?;
            let count = shares.iter().map(|share| share.results.len()).sum();
            ran.store(count, Ordering::Relaxed);
            Ok(shares)
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
                schedule: ScheduleReport {
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
        Err(Ended::Cancelled) => {
            // Nothing is final before the list has proved right.
            return Err(ExecuteError::Cancelled { committed: 0 });
        }
        Err(Ended::Refused(mismatch)) => mismatch,
    };
    let with_list = ExecuteOptions {
        access_list: None,
        access_list_output: AccessListOutput::Returned,
        ..*options
    };
    let mut executed = otherwise(&with_list)?;
    let mismatch = match (mismatch, &executed.block_access_list) {
        (BalMismatch::Differs { .. }, Some(found)) => BalMismatch::Differs {
            first: Difference::between(input.list, found),
        },
        (mismatch, _) => mismatch,
    };
    if options.access_list_output == AccessListOutput::Omitted {
        executed.block_access_list = None;
    }
    let in_vain = ran.into_inner();
    executed.schedule.executions += in_vain;
    executed.schedule.re_executions += in_vain;
    executed.schedule.reason = mismatch.to_string().into();
    executed.schedule.bal_mismatch = Some(mismatch);
    Ok(executed)
}

/// A block with its list and the state before it.
pub(crate) struct Input<'a> {
    pub(crate) block: &'a Block,
    pub(crate) environment: &'a Environment,
    pub(crate) state: &'a dyn StateSource,
    pub(crate) list: &'a BlockAccessList,
}

impl<'a> Input<'a> {
    /// The list over the state, if there is a way to run by it. Threads of `pool` may help.
    pub(super) fn listed(&self, pool: Option<Pool<'_>>) -> Result<Listed<'a>, BalMismatch> {
        if !self
            .environment
            .spec()
            .is_enabled_in(SpecId::SPURIOUS_DRAGON)
        {
            return Err(BalMismatch::Fork);
        }
        let Block {
            transactions,
            header,
            ..
        } = self.block;
        let check = || self.list.check(transactions.len(), header.gas_limit);
        let listed = || Listed::new(self.list, self.state);
        let (checked, listed) = match pool {
            Some(pool) => pool.both(self.list.accounts().len(), check, listed),
            None => (check(), listed()),
        };
        checked.map_err(BalMismatch::Malformed)?;
        Ok(listed)
    }
}

/// Where the transactions run.
pub(crate) enum Source<'p> {
    /// On all threads of a pool.
    Pool(&'p ThreadPool),
    /// They have run, in engines that share no memory with this one.
    Chunks { chunks: Vec<Chunk>, workers: usize },
}

impl<'p> Source<'p> {
    fn pool(&self) -> Option<Pool<'p>> {
        match self {
            Self::Pool(pool) => Some(Pool::all(pool)),
            Self::Chunks { .. } => None,
        }
    }

    fn threads(&self) -> usize {
        match self {
            Self::Pool(pool) => pool.current_num_threads(),
            Self::Chunks { workers, .. } => *workers,
        }
    }
}

/// What a run by a right list leaves.
struct Replayed<'a> {
    /// The block, of which no transaction is committed.
    execution: BlockExecution<'a>,
    results: Vec<ExecutionResult>,
    list: Proven<'a>,
    system: SystemResult,
    timeline: Vec<Incarnation>,
}

/// Why there is nothing to leave.
enum Ended {
    Cancelled,
    Refused(BalMismatch),
}

impl From<BalMismatch> for Ended {
    fn from(mismatch: BalMismatch) -> Self {
        Self::Refused(mismatch)
    }
}

impl From<ExecuteError> for Ended {
    /// By a wrong list anything may fail; whether the block does, a run in order tells.
    fn from(_: ExecuteError) -> Self {
        Self::Refused(BalMismatch::Differs { first: None })
    }
}

impl From<SourceError> for Ended {
    /// As an error of the run: the run in order tells which.
    fn from(_: SourceError) -> Self {
        Self::Refused(BalMismatch::Differs { first: None })
    }
}

impl From<ResetError> for Ended {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::Mismatch(mismatch) => mismatch.into(),
            ResetError::Source(source) => source.into(),
        }
    }
}

/// What one worker has run.
#[derive(Debug, Default)]
pub(super) struct Share {
    pub(super) results: Vec<(u32, ExecutionResult)>,
    pub(super) timeline: Vec<Incarnation>,
    pub(super) audit: Audit,
}

/// What a run by a right list leaves, if `run` gives a share of every transaction.
fn replay<'a>(
    input: &Input<'a>,
    options: &ExecuteOptions<'a>,
    pool: Option<Pool<'_>>,
    run: impl FnOnce(&Listed<'_>) -> Result<Vec<Share>, Ended>,
) -> Result<Replayed<'a>, Ended> {
    let Input {
        block, environment, ..
    } = *input;
    let listed = input.listed(pool)?;
    let mut steps = ProtocolSteps::begin(block, environment, options, &listed)?;
    let shares = run(&listed)?;
    let mut timeline = Vec::new();
    let mut slots: Vec<Option<ExecutionResult>> = Vec::new();
    slots.resize_with(block.transactions.len(), || None);
    let differs = || BalMismatch::Differs { first: None };
    for share in shares {
        steps.audit.merge(&share.audit);
        timeline.extend(share.timeline);
        for (index, result) in share.results {
            *slots.get_mut(index as usize).ok_or_else(differs)? = Some(result);
        }
    }
    timeline.sort_by_key(|run| run.transaction);
    let results: Option<Vec<_>> = slots.into_iter().collect();
    let results = results.ok_or_else(differs)?;
    let (execution, system, audit) = steps.finish(&results)?;
    Ok(Replayed {
        execution,
        results,
        list: audit.finish(listed)?,
        system,
        timeline,
    })
}

/// Runs every transaction on all threads of `pool`, and counts them in `ran`.
fn run_shares(
    input: &Input<'_>,
    listed: &Listed<'_>,
    options: &ExecuteOptions<'_>,
    pool: Pool<'_>,
    ran: &AtomicUsize,
) -> Result<Vec<Share>, Ended> {
    let Input {
        block, environment, ..
    } = *input;
    let policy = SchedulingPolicy::INDEPENDENT;
    let work = WorkCursor::new(work_order(&block.transactions, pool.count(), policy));
    let is_stopped = AtomicBool::new(false);
    let clock = options.timeline.map(from_now);
    let memo = Arc::default();
    let shares = Mutex::new(Vec::with_capacity(pool.count()));
    pool.broadcast(&|worker| {
        let run_one = |replayer: &mut Replayer<'_>, share: &mut Share, index: u32| {
            let start = clock.as_ref().map(|clock| clock());
            let result = replayer.run(index as usize)?;
            if let (Some(clock), Some(start)) = (&clock, start) {
                share.timeline.push(Incarnation {
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
            share.results.push((index, result));
            Ok(())
        };
        let replayer = Replayer::new(block, environment, listed, &memo);
        let share = run_share(replayer, &work, run_one, |count| {
            ran.fetch_add(count, Ordering::Relaxed);
            let cancelled = options.cancel;
            if cancelled.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                return Err(Ended::Cancelled);
            }
            Ok(!is_stopped.load(Ordering::Relaxed))
        });
        if share.is_err() {
            is_stopped.store(true, Ordering::Relaxed);
        }
        let mut shares = shares.lock().unwrap_or_else(PoisonError::into_inner);
        shares.push(share);
    });
    let shares = shares.into_inner().unwrap_or_else(PoisonError::into_inner);
    shares.into_iter().collect()
}

/// Runs transactions by `replayer`, on one worker, until none is left. `go_on` takes the number that have run
/// since its last call.
fn run_share(
    replayer: Option<Replayer<'_>>,
    work: &WorkCursor,
    run: impl Fn(&mut Replayer<'_>, &mut Share, u32) -> Result<(), BalMismatch>,
    go_on: impl Fn(usize) -> Result<bool, Ended>,
) -> Result<Share, Ended> {
    let Some(mut replayer) = replayer else {
        return Ok(Share::default());
    };
    let mut share = Share::default();
    let mut done = 0;
    while go_on(done)?
        && let Some(batch) = work.claim()
    {
        for index in batch {
            run(&mut replayer, &mut share, index.get())?;
        }
        done = batch.len();
    }
    share.audit = replayer.audit;
    Ok(share)
}

/// Pre-execution and post-execution changes on the state of the list.
struct ProtocolSteps<'a, 'l> {
    execution: BlockExecution<'a>,
    spec: SpecId,
    listed: &'l Listed<'l>,
    audit: Audit,
}

impl<'a, 'l> ProtocolSteps<'a, 'l> {
    fn begin(
        block: &'a Block,
        environment: &'a Environment,
        options: &ExecuteOptions<'a>,
        listed: &'l Listed<'l>,
    ) -> Result<Self, Ended> {
        let mut audit = Audit::default();
        let spec = environment.spec();
        let index = BlockAccessIndex::PRE_EXECUTION;
        let execution = at(listed, &mut audit, spec, index, |database| {
            BlockExecution::begin(block, environment, options, database)
        })?;
        Ok(Self {
            execution,
            spec,
            listed,
            audit,
        })
    }

    fn finish(
        self,
        results: &[ExecutionResult],
    ) -> Result<(BlockExecution<'a>, SystemResult, Audit), Ended> {
        let Self {
            execution,
            spec,
            listed,
            mut audit,
        } = self;
        let end = BlockAccessIndex::from_tx_index(results.len() as u64);
        let system = at(listed, &mut audit, spec, end, |database| {
            execution.finish_with(database, results.iter().map(logs_of))
        })?;
        Ok((execution, system, audit))
    }
}

/// Runs `step` on the state that the list gives at `index`, and records for the audit what it did.
fn at<T>(
    listed: &Listed<'_>,
    audit: &mut Audit,
    spec: SpecId,
    index: BlockAccessIndex,
    step: impl FnOnce(&mut Recording<Overlay<'_>>) -> Result<T, ExecuteError>,
) -> Result<T, Ended> {
    let state = listed.at(index);
    let mut database = Recording {
        database: Overlay::new(&state, spec),
        index,
        list: Some(ListBuilder::default()),
    };
    let done = step(&mut database)?;
    if let Some(list) = &mut database.list {
        audit.edge(listed, index, list)?;
    }
    Ok(done)
}
